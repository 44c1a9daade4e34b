# Runs a Ruby handler the way AWS Lambda does: asks the Runtime API for events, calls the
# handler for each, posts what it returns or raises.
#
#     ruby bootstrap.rb file.method            a method at the top level
#     ruby bootstrap.rb file.Mod::Class.method a class's method
#
# Standard library only. AWS's own client takes over when its gem is installed.

require 'json'
require 'net/http'

# The second argument of a handler.
Context = Struct.new(:aws_request_id, :invoked_function_arn, :deadline_ms, :function_name,
                     :function_version, :memory_limit_in_mb, :log_group_name,
                     :log_stream_name, :client_context, :identity) do
  def self.from(response)
    new(response['Lambda-Runtime-Aws-Request-Id'],
        response['Lambda-Runtime-Invoked-Function-Arn'],
        response['Lambda-Runtime-Deadline-Ms'].to_i,
        ENV['AWS_LAMBDA_FUNCTION_NAME'], ENV['AWS_LAMBDA_FUNCTION_VERSION'],
        ENV['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'], ENV['AWS_LAMBDA_LOG_GROUP_NAME'],
        ENV['AWS_LAMBDA_LOG_STREAM_NAME'])
  end

  def get_remaining_time_in_millis
    [deadline_ms - (Time.now.to_f * 1000).to_i, 0].max
  end
end

# One connection to the Runtime API. No timeout: the next event may be hours away.
class Runtime
  BASE = '/2018-06-01/runtime/'.freeze

  def initialize(address)
    host, port = address.split(':')
    @http = Net::HTTP.new(host, port.to_i, nil) # nil: no proxy
    @http.read_timeout = nil
    @http.keep_alive_timeout = 900
    @http.max_retries = 0
    @http.start
    @invocation_id = nil
  end

  def next
    response = @http.get("#{BASE}invocation/next")
    abort "the Runtime API answered #{response.code}" unless response.code == '200'
    @invocation_id = response['Lambda-Runtime-Invocation-Id']
    response
  end

  def post(path, body, error_type = nil)
    headers = { 'Content-Type' => 'application/json' }
    headers['Lambda-Runtime-Function-Error-Type'] = error_type if error_type
    headers['Lambda-Runtime-Invocation-Id'] = @invocation_id if @invocation_id
    @http.post(BASE + path, body, headers)
  end
end

def describe(error, type)
  JSON.generate(errorMessage: error.message, errorType: type, stackTrace: error.backtrace || [])
end

# The method that "file.Class.method" names.
def load_handler(name, root)
  file, *owner, method = name.split('.')
  raise ArgumentError, "Bad handler '#{name}'" if method.nil?

  $LOAD_PATH.unshift(root)
  require File.join(root, file)
  target = owner.empty? ? self : Object.const_get(owner.join('::'))
  unless target.respond_to?(method, true)
    raise NameError, "undefined method `#{method}' in handler '#{name}'"
  end

  target.method(method)
end

def serve(runtime, handler)
  loop do
    event = runtime.next
    context = Context.from(event)
    ENV['_X_AMZN_TRACE_ID'] = event['Lambda-Runtime-Trace-Id']
    begin
      result = handler.call(event: JSON.parse(event.body), context: context)
      body = JSON.generate(result)
    rescue StandardError, ScriptError => e
      warn e.full_message(highlight: false)
      type = "Function<#{e.class}>"
      runtime.post("invocation/#{context.aws_request_id}/error", describe(e, type), type)
    else
      runtime.post("invocation/#{context.aws_request_id}/response", body)
    end
  end
end

# To AWS's client, if it is installed; does not return then.
def hand_over(handler_name)
  program = Gem.bin_path('aws_lambda_ric', 'aws_lambda_ric')
  ARGV.replace([handler_name])
  load program
  exit
rescue Gem::Exception, LoadError
  nil
end

$stdout.sync = true
root = ENV['LAMBDA_TASK_ROOT'] || Dir.pwd
bundled = Dir.glob(File.join(root, 'vendor/bundle/ruby/*'))
Gem.use_paths(Gem.dir, bundled + Gem.path) unless bundled.empty?
handler_name = ARGV[0] || ENV.fetch('_HANDLER')
hand_over(handler_name)

runtime = Runtime.new(ENV.fetch('AWS_LAMBDA_RUNTIME_API'))
begin
  handler = load_handler(handler_name, root)
rescue Exception => e # a file may raise anything while it is loaded
  warn e.full_message(highlight: false)
  type = "Init<#{e.class}>"
  runtime.post('init/error', describe(e, type), type)
  exit 1
end
serve(runtime, handler)
