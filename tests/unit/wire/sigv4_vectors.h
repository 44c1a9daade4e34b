/* sigv4_vectors.h - requests signed by botocore 1.43.11; made by make_sigv4_vectors.py.
 *
 * Access key AKIDEXAMPLE, region eu-west-1, signed at 2026-11-21T17:19:43Z.
 */
static const char vector_secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
static const uint64_t vector_ms = UINT64_C(1795281583000);

static const struct vector vectors[] = {
    { .name = "PutRecord",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/firehose/aws4_req"
            "uest, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=774"
            "b1961d4d45053b296411ec9dba96c280e20b4e577d058270b70a3e4a18fce" },
          { "Content-Length", "60" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "",
      .is_refused = false },
    { .name = "PutRecord with a session token",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Security-Token",
            "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/firehose/aws4_req"
            "uest, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-"
            "target, Signature=b47cea067c32ccc2bc7f1ca803fef21b4c51c45ffb783bcf10715e636c"
            "d1c9ac" },
          { "Content-Length", "60" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==",
      .is_refused = false },
    { .name = "an empty body",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/firehose/aws4_req"
            "uest, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=810"
            "4f0ec3f6759eaa3f2f12b3e7c71a3e1b3c9e9a14b99e6763f38db5ffec295" },
          { "Content-Length", "0" },
      },
      .body = "",
      .service = "firehose",
      .token = "",
      .is_refused = false },
    { .name = "blanks in a header",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "X-Amz-Note", "  one   two\tthree  " },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/firehose/aws4_req"
            "uest, SignedHeaders=content-type;host;x-amz-date;x-amz-note;x-amz-target, Si"
            "gnature=e490490a36ef0116876658f369c5a873f8f5a2e7ede6487b3110284b24fb6dbf" },
          { "Content-Length", "60" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "",
      .is_refused = false },
    { .name = "a Date header",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "Date", "Sat, 21 Nov 2026 17:19:43 -0000" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/firehose/aws4_req"
            "uest, SignedHeaders=content-type;date;host;x-amz-target, Signature=1e9f81def"
            "8fb5d2921b7f179d2a5aa0260f220e5717ebe13f90801fdb694f120" },
          { "Content-Length", "60" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "",
      .is_refused = false },
    { .name = "an HTML form",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "Content-Type", "application/x-www-form-urlencoded; charset=utf-8" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/cloudformation/aw"
            "s4_request, SignedHeaders=content-type;host;x-amz-date, Signature=4549a09fcc"
            "4748af5afa38dedf0d4a0e32fc371b411a7c9702d0079b727830a3" },
          { "Content-Length", "40" },
      },
      .body = "Action=DescribeStacks&Version=2010-05-15",
      .service = "cloudformation",
      .token = "",
      .is_refused = false },
    { .name = "a query in no order",
      .method = "GET",
      .target = "/restapis?limit=5&b=2&a=1&a=0&A=3&x=%20y%2Fz&empty=&e%C3%A9=1",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/apigateway/aws4_r"
            "equest, SignedHeaders=host;x-amz-date, Signature=29ee6575d25c3327de592c0b43e"
            "f226fc9f3d34033909448befd7c49f5280437" },
      },
      .body = "",
      .service = "apigateway",
      .token = "",
      .is_refused = false },
    { .name = "an encoded path",
      .method = "POST",
      .target = "/2015-03-31/functions/arn%3Aaws%3Alambda%20x/invocations",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/lambda/aws4_reque"
            "st, SignedHeaders=host;x-amz-date, Signature=ec3ad33e0ef371ee3f62867d5081dd5"
            "4a8c5f1d4f9ddb1105c29093084a16753" },
          { "Content-Length", "2" },
      },
      .body = "{}",
      .service = "lambda",
      .token = "",
      .is_refused = false },
    { .name = "dots in a path",
      .method = "PUT",
      .target = "/prod/./a/../b//c%7Ed/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/execute-api/aws4_"
            "request, SignedHeaders=host;x-amz-date, Signature=fc5ad845c28262764af6b79fa0"
            "d993b3fde868aa90ac55308762423c83276656" },
          { "Content-Length", "2" },
      },
      .body = "{}",
      .service = "execute-api",
      .token = "",
      .is_refused = false },
    { .name = "dots beyond the root",
      .method = "GET",
      .target = "/../../a/..",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/execute-api/aws4_"
            "request, SignedHeaders=host;x-amz-date, Signature=01417c494608c810d9c61b4f3a"
            "92f78da8a82c977e040be14f7a419af9aba503" },
      },
      .body = "",
      .service = "execute-api",
      .token = "",
      .is_refused = false },
    { .name = "S3: an object",
      .method = "PUT",
      .target = "/clicks-bucket/index.html",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "Content-Type", "text/html" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256",
            "a5652be1ca864d36d25cfb54a41f384e2de1b3acf7513a925d72ed7258fdc0ae" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/s3/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=b"
            "cc57cd63693fe2bef9ae0138481ad410878600931542c985aae93bdba5d4e33" },
          { "Content-Length", "12" },
      },
      .body = "<p>hello</p>",
      .service = "s3",
      .token = "",
      .is_refused = false },
    { .name = "S3: a key with escapes",
      .method = "GET",
      .target = "/clicks-bucket/b%2520c%2Bd%20%C3%A9",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=31cbd477b05390"
            "352bb8b0cd8b76894b565c8daa64f0f08ad87c20a2acb4f2ed" },
      },
      .body = "",
      .service = "s3",
      .token = "",
      .is_refused = false },
    { .name = "S3: dots in a key",
      .method = "GET",
      .target = "/clicks-bucket/a/../b//./c",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=d724f0ae78c1d6"
            "7d1b0b6d48f2d1fc037b6736711eb269023a8069d0507584c1" },
      },
      .body = "",
      .service = "s3",
      .token = "",
      .is_refused = false },
    { .name = "S3: a parameter without a value",
      .method = "POST",
      .target = "/clicks-bucket/k?uploads=",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=cd39f577217bf2"
            "0f5f9ad5c01b309a6a6d18c99581a02c02f08ecf4537887501" },
          { "Content-Length", "0" },
      },
      .body = "",
      .service = "s3",
      .token = "",
      .is_refused = false },
    { .name = "S3: a list",
      .method = "GET",
      .target = "/clicks-bucket?list-type=2&prefix=a%2Fb&delimiter=%2F&encoding-type=url",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=2fcfce3ecb2794"
            "d1dd757e5b1f79febad157a1f12b52509cd19d471cfb838589" },
      },
      .body = "",
      .service = "s3",
      .token = "",
      .is_refused = false },
    { .name = "S3: an unsigned payload",
      .method = "PUT",
      .target = "/clicks-bucket/k",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "Content-MD5", "8OFm3DTRTWwij/rFdsmkPA==" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/s3/aws4_request, "
            "SignedHeaders=content-md5;host;x-amz-content-sha256;x-amz-date, Signature=42"
            "9f50250882f6764c4507e8f1ff2f28f771d4c7f632039b4c2ae5af4ea935af" },
          { "Content-Length", "8" },
      },
      .body = "anything",
      .service = "s3",
      .token = "",
      .is_refused = false },
    { .name = "not S3: an unsigned payload",
      .method = "POST",
      .target = "/",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "Content-MD5", "gedCyLbmXYtCmHrloqyHdg==" },
          { "X-Amz-Date", "20261121T171943Z" },
          { "X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD" },
          { "Authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/firehose/aws4_req"
            "uest, SignedHeaders=content-md5;content-type;host;x-amz-content-sha256;x-amz"
            "-date;x-amz-target, Signature=ae96ef98263301d156a39c3ebeb060b1d3f21539d146c2"
            "dc325c68c8d833c27e" },
          { "Content-Length", "60" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "",
      .is_refused = true },
    { .name = "presigned",
      .method = "GET",
      .target = "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA2"
            "56&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Feu-west-1%2Fsts%2Faws4_request&"
            "X-Amz-Date=20261121T171943Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-"
            "Signature=3ad4c452e23eba2752daa819cc6dd2f8d86947b38a1be5e651f4b6560f488b07",
      .headers = {
          { "Host", "127.0.0.1:4573" },
      },
      .body = "",
      .service = "sts",
      .token = "",
      .is_refused = false },
    { .name = "presigned, with a body",
      .method = "POST",
      .target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2"
            "Feu-west-1%2Ffirehose%2Faws4_request&X-Amz-Date=20261121T171943Z&X-Amz-Expir"
            "es=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-target&X-Amz-Signatur"
            "e=d716aca6bb6b0201d1555bdd7a0cb6d8ffe6aee2c551d0466540eb4051f38905",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "Content-Length", "0" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "",
      .is_refused = false },
    { .name = "presigned, with a session token",
      .method = "POST",
      .target = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2"
            "Feu-west-1%2Ffirehose%2Faws4_request&X-Amz-Date=20261121T171943Z&X-Amz-Expir"
            "es=900&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-target&X-Amz-Security"
            "-Token=IQoJb3JpZ2luX2VjEXAMPLE%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEaCXVzLWVhc3QtM"
            "SJHMEUCIQ%3D%3D&X-Amz-Signature=e20838fb1e9e14573ebf2cec8135c74680245ff04893"
            "65c3b395f3ec1e3eeae8",
      .headers = {
          { "Host", "127.0.0.1:4573" },
          { "X-Amz-Target", "Firehose_20150804.PutRecord" },
          { "Content-Type", "application/x-amz-json-1.1" },
          { "Content-Length", "0" },
      },
      .body = "{\"DeliveryStreamName\":\"clicks\",\"Record\":{\"Data\":\"aGVsbG8K\"}}",
      .service = "firehose",
      .token = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==",
      .is_refused = false },
    { .name = "S3: presigned",
      .method = "GET",
      .target = "/clicks-bucket/a/../b%20c?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
            "AKIDEXAMPLE%2F20261121%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261121T1"
            "71943Z&X-Amz-Expires=604800&X-Amz-SignedHeaders=host&X-Amz-Signature=1c58a4e"
            "025ac80a79688254aa8c7277b3d90bfc153dbf672498d434e58f973a9",
      .headers = {
          { "Host", "127.0.0.1:4573" },
      },
      .body = "",
      .service = "s3",
      .token = "",
      .is_refused = false },
};
