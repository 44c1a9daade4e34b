#include "harness/init_files.h"

static const char drill[] =
    "{\n"
    "  \"name\": \"clicks arrive in capitals, one minute after the first\",\n"
    "  \"given\": {\"config_file\": \"hydrant.json\"},\n"
    "  \"steps\": [\n"
    "    {\"replay\": {\"file\": \"clicks.jsonl\", \"speed\": \"recorded\"}},\n"
    "    {\"expect\": {\"objects\": 0}},\n"
    "    {\"advance\": \"60s\"}\n"
    "  ],\n"
    "  \"expect\": {\n"
    "    \"objects\": [{\"bucket\": \"clicks-bucket\", \"records\": 3}],\n"
    "    \"records\": {\"golden\": \"golden.jsonl\"},\n"
    "    \"error_records\": 0\n"
    "  }\n"
    "}\n";

static const char config[] =
    "{\n"
    "  \"buckets\": [\"clicks-bucket\"],\n"
    "  \"functions\": [\n"
    "    {\n"
    "      \"FunctionName\": \"transform\",\n"
    "      \"Runtime\": \"python3.11\",\n"
    "      \"Handler\": \"transform.handler\",\n"
    "      \"Code\": \".\",\n"
    "      \"Timeout\": 10\n"
    "    }\n"
    "  ],\n"
    "  \"streams\": [\n"
    "    {\n"
    "      \"DeliveryStreamName\": \"clicks\",\n"
    "      \"ExtendedS3DestinationConfiguration\": {\n"
    "        \"RoleARN\": \"arn:aws:iam::123456789012:role/firehose\",\n"
    "        \"BucketARN\": \"arn:aws:s3:::clicks-bucket\",\n"
    "        \"BufferingHints\": {\"SizeInMBs\": 5, \"IntervalInSeconds\": 60},\n"
    "        \"ProcessingConfiguration\": {\n"
    "          \"Enabled\": true,\n"
    "          \"Processors\": [\n"
    "            {\n"
    "              \"Type\": \"Lambda\",\n"
    "              \"Parameters\": [\n"
    "                {\n"
    "                  \"ParameterName\": \"LambdaArn\",\n"
    "                  \"ParameterValue\": "
    "\"arn:aws:lambda:us-east-1:123456789012:function:transform\"\n"
    "                },\n"
    "                {\"ParameterName\": \"BufferSizeInMBs\", \"ParameterValue\": \"1\"},\n"
    "                {\"ParameterName\": \"BufferIntervalInSeconds\", \"ParameterValue\": \"0\"}\n"
    "              ]\n"
    "            }\n"
    "          ]\n"
    "        }\n"
    "      }\n"
    "    }\n"
    "  ]\n"
    "}\n";

static const char transform[] =
    "\"\"\"The transform: put your own here. Handler `transform.handler`.\"\"\"\n"
    "\n"
    "import base64\n"
    "import json\n"
    "\n"
    "\n"
    "def line_of(click):\n"
    "    return json.dumps({\"user\": click[\"user\"].upper(), \"item\": click[\"item\"]}) + "
    "\"\\n\"\n"
    "\n"
    "\n"
    "def result_of(record):\n"
    "    click = json.loads(base64.b64decode(record[\"data\"]))\n"
    "    data = base64.b64encode(line_of(click).encode()).decode()\n"
    "    return {\"recordId\": record[\"recordId\"], \"result\": \"Ok\", \"data\": data}\n"
    "\n"
    "\n"
    "def handler(event, context):\n"
    "    return {\"records\": [result_of(record) for record in event[\"records\"]]}\n";

static const char clicks[] =
    "{\"at_ms\":0,\"stream\":\"clicks\",\"data\":{\"user\":\"ann\",\"item\":1}}\n"
    "{\"at_ms\":1500,\"stream\":\"clicks\",\"data\":{\"user\":\"bob\",\"item\":2}}\n"
    "{\"at_ms\":30000,\"stream\":\"clicks\",\"data\":{\"user\":\"ann\",\"item\":3}}\n";

static const char golden[] =
    "{\"user\": \"ANN\", \"item\": 1}\n"
    "{\"user\": \"BOB\", \"item\": 2}\n"
    "{\"user\": \"ANN\", \"item\": 3}\n";

static const char ci[] =
    "# A job for GitHub Actions: copy it to .github/workflows/. It needs the image hydrant, made\n"
    "# by `docker build -t hydrant -f docker/Dockerfile .` in hydrant's repository. Any other CI\n"
    "# runs the same line; GitLab reads junit.xml as artifacts:reports:junit.\n"
    "name: drills\n"
    "on: [push, pull_request]\n"
    "jobs:\n"
    "  drills:\n"
    "    runs-on: ubuntu-latest\n"
    "    steps:\n"
    "      - uses: actions/checkout@v4\n"
    "      - run: >\n"
    "          docker run --rm --user \"$(id -u)\" -e GITHUB_ACTIONS -v \"$PWD:/work\" -w /work\n"
    "          --entrypoint firedrill hydrant run -j 2 --junit junit.xml first_drill.json\n";

const struct hy_init_file hy_init_files[] = {
    { "first_drill.json", drill, "the drill: what is given, what is done, what is expected" },
    { "hydrant.json", config, "the stream, the bucket and the function" },
    { "transform.py", transform, "the transform" },
    { "clicks.jsonl", clicks, "recorded clicks" },
    { "golden.jsonl", golden, "what has to arrive; firedrill run --update rewrites it" },
    { "ci.yml", ci, "the same as a CI job" },
};

const size_t hy_init_file_count = sizeof hy_init_files / sizeof hy_init_files[0];
