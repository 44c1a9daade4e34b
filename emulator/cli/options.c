#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(f) offsetof(struct hy_options, f)

typedef bool setter(struct hy_options *options, const char *value);

static bool set_listen(struct hy_options *options, const char *value);
static bool set_buffer_interval(struct hy_options *options, const char *value);
static bool set_buffer_size(struct hy_options *options, const char *value);
static bool set_clock(struct hy_options *options, const char *value);
static bool set_seed(struct hy_options *options, const char *value);
static bool set_durability(struct hy_options *options, const char *value);
static bool set_auth(struct hy_options *options, const char *value);
static bool set_quotas(struct hy_options *options, const char *value);
static bool set_log(struct hy_options *options, const char *value);
static bool set_log_format(struct hy_options *options, const char *value);

enum kind { TEXT, SWITCH, SET, ACTION };

/* Parser and help text both come from here. */
static const struct option {
    const char *name, *arg, *preset, *help;
    enum kind kind;
    size_t offset; /* TEXT, SWITCH: of the field in struct hy_options */
    setter *set;   /* SET: false when the value breaks the form in `arg` */
} table[] = {
    { "--listen", "HOST:PORT", "127.0.0.1:4573", "where to answer; port 0 picks a free one", SET, 0,
      set_listen },
    { "--config", "FILE", NULL, "streams, buckets and functions, as JSON", TEXT, FIELD(config),
      NULL },
    { "--stream", "NAME", NULL, "one delivery stream, no file needed", TEXT, FIELD(stream), NULL },
    { "--transform", "WHAT", NULL,
      "its transform: an executable, FOLDER/module.handler, FILE.zip:module.handler, or a URL",
      TEXT, FIELD(transform), NULL },
    { "--bucket", "NAME", NULL, "its destination bucket", TEXT, FIELD(bucket), NULL },
    { "--buffer-interval", "SECONDS", "300", "its buffer's age", SET, 0, set_buffer_interval },
    { "--buffer-size", "MIB", "5", "its buffer's size", SET, 0, set_buffer_size },
    { "--prefix", "P", NULL, "the prefix of its objects", TEXT, FIELD(prefix), NULL },
    { "--data", "DIR", ".hydrant", "journal, database and unpacked functions", TEXT,
      FIELD(data_dir), NULL },
    { "--buckets", "DIR", "DIR/buckets of --data", "buckets, as folders", TEXT, FIELD(buckets_dir),
      NULL },
    { "--clock", "real|manual|xN", "real", "manual moves only when told; x60 runs 60 times faster",
      SET, 0, set_clock },
    { "--seed", "N", NULL, "make ids and random strings reproducible", SET, 0, set_seed },
    { "--durability", "process|power", "process",
      "what an acknowledged record survives: a kill, or a power cut too", SET, 0, set_durability },
    { "--auth", "off|sign", "off",
      "sign: requests must carry a Signature V4 of one of the config's credentials", SET, 0,
      set_auth },
    { "--quotas", "off|aws", "off",
      "aws: a stream takes 2,000 requests, 500,000 records and 5 MiB a second", SET, 0,
      set_quotas },
    { "--no-control", "", NULL, "no control API under /_hydrant/", SWITCH, FIELD(no_control),
      NULL },
    { "--log", "LEVEL", "info", "error, warn, info or debug", SET, 0, set_log },
    { "--log-format", "text|json", "text", "how log lines look", SET, 0, set_log_format },
    { "--help", "", NULL, "show this and exit", ACTION, 0, NULL },
    { "--version", "", NULL, "show the version and exit", ACTION, 0, NULL },
};

enum { OPTION_COUNT = sizeof table / sizeof table[0] };

static bool set_listen(struct hy_options *options, const char *value)
{
    const char *colon = strrchr(value, ':');
    uint64_t port;
    if (colon == NULL || colon == value || !hy_sv_to_u64(hy_sv_of(colon + 1), &port) ||
        port > 65535) {
        return false;
    }
    hy_sv host = { value, (size_t)(colon - value) };
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = (hy_sv){ host.ptr + 1, host.len - 2 }; /* [::1]:4573 */
    }
    free(options->owned_host);
    options->owned_host = hy_sv_dup(host);
    options->listen_host = options->owned_host;
    options->listen_port = (unsigned)port;
    return options->owned_host != NULL;
}

/* Whole numbers, kept as text: the service judges their range. */
static bool set_number(const char **field, const char *value)
{
    uint64_t number;
    *field = value;
    return hy_sv_to_u64(hy_sv_of(value), &number);
}

static bool set_buffer_interval(struct hy_options *options, const char *value)
{
    return set_number(&options->buffer_interval, value);
}

static bool set_buffer_size(struct hy_options *options, const char *value)
{
    return set_number(&options->buffer_size, value);
}

static bool set_clock(struct hy_options *options, const char *value)
{
    if (strcmp(value, "real") == 0) {
        options->clock = HY_CLOCK_REAL;
        return true;
    }
    if (strcmp(value, "manual") == 0) {
        options->clock = HY_CLOCK_MANUAL;
        return true;
    }
    char *end;
    double factor = value[0] == 'x' ? strtod(value + 1, &end) : 0;
    if (value[0] != 'x' || end == value + 1 || *end != '\0' || !(factor > 0 && factor <= 100000)) {
        return false;
    }
    options->clock = HY_CLOCK_SCALED;
    options->clock_factor = factor;
    return true;
}

static bool set_seed(struct hy_options *options, const char *value)
{
    options->has_seed = hy_sv_to_u64(hy_sv_of(value), &options->seed);
    return options->has_seed;
}

static bool set_durability(struct hy_options *options, const char *value)
{
    options->power = strcmp(value, "power") == 0;
    return options->power || strcmp(value, "process") == 0;
}

static bool set_auth(struct hy_options *options, const char *value)
{
    options->auth = strcmp(value, "sign") == 0 ? HY_AUTH_SIGN : HY_AUTH_OFF;
    return options->auth == HY_AUTH_SIGN || strcmp(value, "off") == 0;
}

static bool set_quotas(struct hy_options *options, const char *value)
{
    options->quotas = strcmp(value, "aws") == 0;
    return options->quotas || strcmp(value, "off") == 0;
}

static bool set_log(struct hy_options *options, const char *value)
{
    return hy_log_level_of(hy_sv_of(value), &options->log_level);
}

static bool set_log_format(struct hy_options *options, const char *value)
{
    options->log_json = strcmp(value, "json") == 0;
    return options->log_json || strcmp(value, "text") == 0;
}

static void print_help(void)
{
    printf("usage: hydrant [options]\n\n"
           "A local Amazon Data Firehose. To point the AWS CLI or a recent SDK at it:\n"
           "    export AWS_ENDPOINT_URL=http://127.0.0.1:4573\n\n"
           "options:\n");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        char left[48];
        (void)snprintf(left, sizeof left, "%s %s", table[i].name, table[i].arg);
        printf("  %-28s %s", left, table[i].help);
        if (table[i].preset != NULL) {
            printf(" (default: %s)", table[i].preset);
        }
        printf("\n");
    }
    printf("\nexample:\n"
           "  hydrant --stream clicks --transform ./enrich --bucket clicks-bucket\n\n"
           "exit status: 0 stopped as asked, 1 could not start or had to stop, 2 wrong usage\n");
}

static const struct option *find(hy_sv name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (hy_sv_equal(hy_sv_of(table[i].name), name)) {
            return &table[i];
        }
    }
    return NULL;
}

static enum hy_options_result wrong(const char *format, const char *a, const char *b)
{
    fprintf(stderr, "hydrant: ");
    fprintf(stderr, format, a, b);
    fprintf(stderr, "; see --help\n");
    return HY_OPTIONS_WRONG;
}

/* `value` is NULL when nothing follows the option. */
static enum hy_options_result apply(const struct option *option, const char *value,
                                    struct hy_options *options)
{
    char *field = (char *)options + option->offset;
    if (option->kind == SWITCH) {
        memcpy(field, &(bool){ true }, sizeof(bool));
        return HY_OPTIONS_RUN;
    }
    if (value == NULL || value[0] == '\0') {
        return wrong("%s needs %s", option->name, option->arg);
    }
    if (option->kind == TEXT) {
        memcpy(field, &value, sizeof value);
        return HY_OPTIONS_RUN;
    }
    if (!option->set(options, value)) {
        return wrong("%s must be %s", option->name, option->arg);
    }
    return HY_OPTIONS_RUN;
}

static enum hy_options_result act(const struct option *option)
{
    if (strcmp(option->name, "--help") == 0) {
        print_help();
    } else {
        printf("hydrant %s\n", HY_VERSION);
    }
    return HY_OPTIONS_EXIT;
}

static enum hy_options_result check(const struct hy_options *options)
{
    if (options->stream == NULL) {
        const char *orphan = options->transform != NULL         ? "--transform"
                             : options->bucket != NULL          ? "--bucket"
                             : options->prefix != NULL          ? "--prefix"
                             : options->buffer_interval != NULL ? "--buffer-interval"
                             : options->buffer_size != NULL     ? "--buffer-size"
                                                                : NULL;
        return orphan == NULL ? HY_OPTIONS_RUN : wrong("%s needs %s", orphan, "--stream NAME");
    }
    return options->bucket == NULL ? wrong("%s needs %s", "--stream", "--bucket NAME")
                                   : HY_OPTIONS_RUN;
}

static const struct hy_options presets = {
    .listen_host = "127.0.0.1",
    .listen_port = 4573,
    .data_dir = ".hydrant",
    .clock_factor = 1,
    .log_level = HY_LOG_INFO,
};

/* Both "--name value" and "--name=value". */
static enum hy_options_result parse(int argc, char **argv, struct hy_options *options)
{
    for (int i = 1; i < argc; i++) {
        hy_sv value = hy_sv_of(argv[i]);
        hy_sv name = hy_sv_cut(&value, '=');
        bool joined = name.len < strlen(argv[i]);
        const struct option *option = find(name);
        if (option == NULL) {
            return wrong("unknown option %s%s", argv[i], "");
        }
        if (joined && (option->kind == SWITCH || option->kind == ACTION)) {
            return wrong("%s takes no value%s", option->name, "");
        }
        if (option->kind == ACTION) {
            return act(option);
        }
        const char *given = joined ? value.ptr : NULL;
        if (!joined && option->kind != SWITCH && i + 1 < argc) {
            given = argv[++i];
        }
        enum hy_options_result result = apply(option, given, options);
        if (result != HY_OPTIONS_RUN) {
            return result;
        }
    }
    return check(options);
}

enum hy_options_result hy_options_parse(int argc, char **argv, struct hy_options *options)
{
    *options = presets;
    enum hy_options_result result = parse(argc, argv, options);
    if (result != HY_OPTIONS_RUN) {
        hy_options_finish(options);
    }
    return result;
}

void hy_options_finish(struct hy_options *options)
{
    free(options->owned_host);
    options->owned_host = NULL;
}
