/* options.h - the command line, from one table that also prints the help.
 *
 * Texts are argv's own and live as long as the process.
 */
#ifndef HY_CLI_OPTIONS_H
#define HY_CLI_OPTIONS_H

#include "base/err.h"
#include "base/log.h"

enum hy_auth_kind { HY_AUTH_OFF, HY_AUTH_SIGN };
enum hy_clock_kind { HY_CLOCK_REAL, HY_CLOCK_MANUAL, HY_CLOCK_SCALED };

struct hy_options {
    const char *listen_host; /* 127.0.0.1 */
    unsigned listen_port;    /* 4573 */
    const char *config;      /* NULL: none */
    const char *stream, *transform, *bucket, *prefix; /* the one-line stream; NULL: not given */
    const char *buffer_interval, *buffer_size;        /* digits; the service checks the range */
    const char *data_dir;    /* ".hydrant" */
    const char *buckets_dir; /* NULL: data_dir/buckets */
    enum hy_clock_kind clock;
    double clock_factor;     /* with HY_CLOCK_SCALED */
    bool has_seed;
    uint64_t seed;
    bool power;              /* --durability power */
    enum hy_auth_kind auth;
    bool quotas;             /* --quotas aws */
    bool no_control;
    enum hy_log_level log_level;
    bool log_json;

    char *owned_host;        /* private: what listen_host points to when it was given */
};

enum hy_options_result {
    HY_OPTIONS_RUN,
    HY_OPTIONS_EXIT,  /* --help, --version: printed; exit 0 */
    HY_OPTIONS_WRONG, /* one line was printed on stderr; exit 2 */
};

/* After anything but HY_OPTIONS_RUN nothing needs to be finished. */
HY_MUST_CHECK
enum hy_options_result hy_options_parse(int argc, char **argv, struct hy_options *options);
void hy_options_finish(struct hy_options *options);

#endif
