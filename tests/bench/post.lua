-- post.lua - for wrk: the same AWS JSON request again and again.
--
--   wrk ... -s post.lua URL -- OPERATION BODY-FILE
--
-- The last line it prints is one JSON object with what was counted.

function init(args)
    local file = assert(io.open(args[2], "rb"))
    wrk.method = "POST"
    wrk.path = "/"
    wrk.headers["X-Amz-Target"] = "Firehose_20150804." .. args[1]
    wrk.headers["Content-Type"] = "application/x-amz-json-1.1"
    wrk.body = file:read("*a")
    file:close()
end

function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests":%d,"microseconds":%d,"p50_us":%d,"p99_us":%d,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
