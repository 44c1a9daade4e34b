/* drill_forms.c - everything that may stand in a drill file. */
#include "harness/drill.h"

enum {
    TEXT = HY_NODE_STRING,
    COUNT = HY_NODE_NUMBER,
    FLAG = HY_NODE_BOOL,
    LIST = HY_NODE_ARRAY,
    OBJECT = HY_NODE_OBJECT,
    ANY = HY_NODE_ANY,
};

#define IS(name_, kinds_) .name = (name_), .kinds = (kinds_)
#define FORM(what_, table)                                                                         \
    {                                                                                              \
        .what = (what_), .members = (table), .count = sizeof(table) / sizeof(table)[0]             \
    }

/* ---- given ---- */

static const struct hy_form_member route_members[] = {
    { IS("method", TEXT) }, { IS("path", TEXT), .is_required = true }, { IS("status", COUNT) },
    { IS("headers", OBJECT) }, { IS("body", ANY) }, { IS("delay_ms", COUNT) },
    { IS("times", COUNT) },
    { IS("cut", FLAG) },
};
static const struct hy_form route_form = FORM("a route", route_members);

static const struct hy_form_member stub_members[] = {
    { IS("routes", LIST), .elements = OBJECT, .form = &route_form }, { IS("file", TEXT) },
};
static const struct hy_form stub_form = {
    .what = "a stub", .members = stub_members, .count = 2, .takes_one = true,
};
static const struct hy_form stubs_form = { .what = "stubs", .values = &stub_form };

static const struct hy_form_member given_members[] = {
    { IS("config", OBJECT) }, { IS("config_file", TEXT) }, { IS("clock", TEXT) },
    { IS("seed", COUNT) },
    { IS("stubs", OBJECT), .form = &stubs_form }, { IS("options", LIST), .elements = TEXT },
};
static const struct hy_form given_form = FORM("given", given_members);

/* ---- what an answer has to be ---- */

static const struct hy_form_member answer_members[] = {
    { IS("status", COUNT) }, { IS("error", TEXT) }, { IS("message", TEXT) },
    { IS("failed", COUNT) },
    { IS("body", ANY) },
};
static const struct hy_form answer_form = FORM("expect", answer_members);

/* ---- expect ---- */

static const struct hy_form_member object_members[] = {
    { IS("bucket", TEXT) }, { IS("key", TEXT) }, { IS("key_regex", TEXT) }, { IS("bytes", COUNT) },
    { IS("sha256", TEXT) }, { IS("encoding", TEXT), .words = "gzip identity" },
    { IS("records", COUNT) }, { IS("text", TEXT) },
    { IS("count", COUNT) },
};
static const struct hy_form object_form = FORM("an object", object_members);

static const struct hy_form_member records_members[] = {
    { IS("bucket", TEXT) }, { IS("key", TEXT) }, { IS("golden", TEXT) }, { IS("lines", LIST) },
    { IS("count", COUNT) },
    { IS("as", TEXT), .words = "sequence set" }, { IS("ignore", LIST), .elements = TEXT },
    { IS("only", LIST), .elements = TEXT },
    { IS("match", OBJECT) }, { IS("tolerance", COUNT | OBJECT) },
};
static const struct hy_form records_form = FORM("records", records_members);

static const struct hy_form_member error_record_members[] = {
    { IS("bucket", TEXT) }, { IS("key", TEXT) }, { IS("code", TEXT) }, { IS("message", TEXT) },
    { IS("attempts", COUNT) }, { IS("data", TEXT | OBJECT) }, { IS("data_base64", TEXT) },
    { IS("times", COUNT) },
};
static const struct hy_form error_record_form = FORM("an error record", error_record_members);

static const struct hy_form_member invocations_members[] = {
    { IS("stream", TEXT) }, { IS("count", COUNT) }, { IS("failed", COUNT) },
};
static const struct hy_form invocations_form = FORM("invocations", invocations_members);

static const struct hy_form_member request_members[] = {
    { IS("stub", TEXT), .is_required = true }, { IS("method", TEXT) }, { IS("path", TEXT) },
    { IS("body", TEXT) },
    { IS("count", COUNT) },
};
static const struct hy_form request_form = FORM("a request", request_members);

static const struct hy_form_member log_members[] = { { IS("has", TEXT) }, { IS("has_not", TEXT) } };
static const struct hy_form log_form = {
    .what = "a line of log", .members = log_members, .count = 2, .takes_one = true,
};

static const struct hy_form_member expect_members[] = {
    { IS("objects", COUNT | LIST), .elements = OBJECT, .form = &object_form },
    { IS("records", LIST | OBJECT), .elements = OBJECT, .form = &records_form },
    { IS("error_records", COUNT | LIST), .elements = OBJECT, .form = &error_record_form },
    { IS("invocations", COUNT | OBJECT), .form = &invocations_form },
    { IS("counters", OBJECT) },
    { IS("metrics", OBJECT) },
    { IS("requests", LIST), .elements = OBJECT, .form = &request_form },
    { IS("log", LIST), .elements = OBJECT, .form = &log_form },
};
static const struct hy_form expect_form = FORM("expect", expect_members);

/* ---- steps ---- */

static const struct hy_form_member replay_members[] = {
    { IS("file", TEXT), .is_required = true }, { IS("stream", TEXT) },
    { IS("speed", TEXT), .words = "recorded max" },
    { IS("batch", COUNT) },
};
static const struct hy_form replay_form = FORM("replay", replay_members);

static const struct hy_form_member put_members[] = {
    { IS("stream", TEXT), .is_required = true }, { IS("data", TEXT | OBJECT) },
    { IS("data_base64", TEXT) },
    { IS("fill", COUNT) }, { IS("records", LIST), .elements = TEXT | OBJECT },
    { IS("times", COUNT) },
    { IS("expect", OBJECT), .form = &answer_form },
};
static const struct hy_form put_form = FORM("put", put_members);

static const struct hy_form_member call_members[] = {
    { IS("operation", TEXT), .is_required = true }, { IS("body", ANY) },
    { IS("expect", OBJECT), .form = &answer_form },
};
static const struct hy_form call_form = FORM("call", call_members);

static const struct hy_form_member http_members[] = {
    { IS("method", TEXT) }, { IS("path", TEXT), .is_required = true }, { IS("headers", OBJECT) },
    { IS("body", ANY) }, { IS("expect", OBJECT), .form = &answer_form },
};
static const struct hy_form http_form = FORM("http", http_members);

static const struct hy_form_member flush_members[] = {
    { IS("stream", TEXT) }, { IS("expect", OBJECT), .form = &answer_form },
};
static const struct hy_form flush_form = FORM("flush", flush_members);

static const struct hy_form_member await_members[] = {
    { IS("stream", TEXT), .is_required = true }, { IS("settled", COUNT), .is_required = true },
    { IS("timeout", COUNT | TEXT), .is_duration = true },
};
static const struct hy_form await_form = FORM("await", await_members);

static const struct hy_form_member shell_members[] = {
    { IS("command", TEXT), .is_required = true }, { IS("exit", COUNT) }, { IS("output", TEXT) },
    { IS("timeout", COUNT | TEXT), .is_duration = true },
};
static const struct hy_form shell_form = FORM("shell", shell_members);

static const struct hy_form_member step_members[] = {
    { IS("replay", OBJECT), .form = &replay_form },
    { IS("put", OBJECT), .form = &put_form },
    { IS("call", OBJECT), .form = &call_form },
    { IS("http", OBJECT), .form = &http_form },
    { IS("advance", COUNT | TEXT), .is_duration = true },
    { IS("flush", FLAG | TEXT | OBJECT), .form = &flush_form },
    { IS("await", OBJECT), .form = &await_form },
    { IS("restart", FLAG) },
    { IS("kill", FLAG) },
    { IS("shell", TEXT | OBJECT), .form = &shell_form },
    { IS("expect", OBJECT), .form = &expect_form },
};
static const struct hy_form step_form = {
    .what = "a step",
    .members = step_members,
    .count = sizeof step_members / sizeof step_members[0],
    .takes_one = true,
};

/* ---- the file ---- */

static const struct hy_form_member drill_members[] = {
    { IS("name", TEXT), .is_required = true },
    { IS("given", OBJECT), .form = &given_form },
    { IS("steps", LIST), .is_required = true, .elements = OBJECT, .form = &step_form },
    { IS("expect", OBJECT), .form = &expect_form },
};

const struct hy_form hy_drill_form = FORM("a drill", drill_members);
