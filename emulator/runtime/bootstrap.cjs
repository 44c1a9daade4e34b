// Runs a Node handler the way AWS Lambda does: asks the Runtime API for events, calls the
// handler for each, posts what it returns or throws.
//
//     node bootstrap.cjs dir/file.export
//
// No dependencies. AWS's own client takes over when it is installed with the function.
'use strict';

const fs = require('fs');
const http = require('http');
const path = require('path');
const url = require('url');

const RUNTIME = '/2018-06-01/runtime/';
const root = process.env.LAMBDA_TASK_ROOT || process.cwd();
const handlerName = process.argv[2] || process.env._HANDLER;

class LoadError extends Error {
  constructor(name, message) {
    super(message);
    this.name = name;
  }
}

// One connection to the Runtime API. No timeout: the next event may be hours away.
class Runtime {
  constructor(address) {
    [this.host, this.port] = address.split(':');
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.invocationId = undefined;
  }

  call(method, where, body, headers = {}) {
    return new Promise((resolve, reject) => {
      if (body !== undefined) {
        headers['Content-Length'] = Buffer.byteLength(body);
      }
      const { host, port, agent } = this;
      const request = http.request({ host, port, agent, method, headers, path: RUNTIME + where });
      request.on('error', reject);
      request.on('response', (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => resolve({
          status: response.statusCode,
          headers: response.headers,
          body: Buffer.concat(pieces),
        }));
      });
      request.setNoDelay(true);
      request.end(body);
    });
  }

  async next() {
    const response = await this.call('GET', 'invocation/next');
    if (response.status !== 200) {
      throw new Error(`the Runtime API answered ${response.status}`);
    }
    this.invocationId = response.headers['lambda-runtime-invocation-id'];
    return response;
  }

  post(where, body, errorType) {
    const headers = { 'Content-Type': 'application/json' };
    if (errorType) {
      headers['Lambda-Runtime-Function-Error-Type'] = errorType;
    }
    if (this.invocationId) {
      headers['Lambda-Runtime-Invocation-Id'] = this.invocationId;
    }
    return this.call('POST', where, body, headers);
  }
}

function describe(error) {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
  }
  return {
    errorType: error.name,
    errorMessage: error.message,
    stackTrace: (error.stack || '').split('\n'),
  };
}

function findModule(name) {
  const base = path.resolve(root, name);
  for (const ending of ['', '.js', '.mjs', '.cjs']) {
    const file = base + ending;
    if (fs.existsSync(file) && fs.statSync(file).isFile()) {
      return file;
    }
  }
  throw new LoadError('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`);
}

async function importModule(name) {
  const file = findModule(name);
  try {
    return file.endsWith('.cjs') ? require(file) : await import(url.pathToFileURL(file).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new LoadError('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    }
    if (error && ['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'].includes(error.code)) {
      throw new LoadError('Runtime.ImportModuleError', `Error: ${error.message}`);
    }
    throw error;
  }
}

// "dir/file.export.nested": the file's name ends at the first dot after the last slash.
async function load(name) {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  if (dot < 0) {
    throw new LoadError('Runtime.MalformedHandlerName', `Bad handler '${name}'`);
  }
  let found = await importModule(name.slice(0, dot));
  for (const key of name.slice(dot + 1).split('.')) {
    const from = found;
    found = from && from[key];
    if (found === undefined && from && from.default) {
      found = from.default[key];
    }
  }
  if (typeof found !== 'function') {
    throw new LoadError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  return found;
}

function makeContext(headers, resolve, reject) {
  const env = process.env;
  const deadline = Number(headers['lambda-runtime-deadline-ms']) || 0;
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION || '$LATEST',
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE || '128',
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: (error, value) => (error ? reject(error) : resolve(value)),
    succeed: resolve,
    fail: reject,
  };
}

// A handler answers by a promise, by its callback, by its context, or by what it returns. One
// that returns nothing and has no way to call back later is over.
function answersLater(handler) {
  return handler.length >= 3 || /succeed|done|fail/.test(handler.toString());
}

function invoke(handler, event, headers) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const returned = handler(event, makeContext(headers, resolve, reject), callback);
    if (returned && typeof returned.then === 'function') {
      returned.then(resolve, reject);
    } else if (returned !== undefined && handler.length < 3) {
      resolve(returned);
    } else if (returned === undefined && !answersLater(handler)) {
      resolve(null);
    }
  });
}

async function handleOne(runtime, handler) {
  const { headers, body } = await runtime.next();
  const id = headers['lambda-runtime-aws-request-id'];
  if (headers['lambda-runtime-trace-id']) {
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  }
  let answer;
  try {
    const value = await invoke(handler, JSON.parse(body.toString()), headers);
    answer = JSON.stringify(value === undefined ? null : value);
  } catch (error) {
    console.error(error);
    const description = describe(error);
    const text = JSON.stringify(description);
    await runtime.post(`invocation/${id}/error`, text, description.errorType);
    return;
  }
  await runtime.post(`invocation/${id}/response`, answer);
}

// AWS's client, if the function brought it along with its native half. Importing version 4
// starts it; version 3 has to be asked.
function findClient() {
  try {
    const main = require.resolve('aws-lambda-ric', { paths: [root] });
    return fs.existsSync(path.join(path.dirname(main), 'rapid-client.node')) ? main : undefined;
  } catch {
    return undefined;
  }
}

async function handOver(client) {
  process.argv = [process.argv[0], client, handlerName];
  const { run } = await import(url.pathToFileURL(client).href);
  if (run) {
    await run(root, handlerName);
  }
}

async function main() {
  const client = findClient();
  if (client) {
    await handOver(client);
    return;
  }
  const runtime = new Runtime(process.env.AWS_LAMBDA_RUNTIME_API);
  let handler;
  try {
    handler = await load(handlerName);
  } catch (error) {
    console.error(error);
    const description = describe(error);
    await runtime.post('init/error', JSON.stringify(description), description.errorType);
    process.exit(1);
  }
  for (;;) {
    await handleOne(runtime, handler);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
