/* options.h - a command's options, from one table that also prints its help.
 *
 * A row's value goes to its field; without the option, the environment variables named by the row
 * count, then the preset. What is not an option is an argument. `--` ends the options; `-` alone
 * is an argument.
 */
#ifndef HY_HARNESS_OPTIONS_H
#define HY_HARNESS_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hy_option_kind {
    HY_OPTION_TEXT,   /* const char * */
    HY_OPTION_NUMBER, /* uint64_t, from least to most */
    HY_OPTION_SWITCH, /* bool */
};

struct hy_option {
    const char *name, *arg, *preset, *help;
    enum hy_option_kind kind;
    size_t offset;   /* of the field */
    uint64_t least, most;
    const char *env, *env_else; /* the second counts when the first is not set; NULL: none */
};

struct hy_command {
    const char *name;                /* "replay" */
    const char *arguments;           /* "FILE...", for the help */
    const char *summary;             /* one line, for the list of commands */
    const char *help;                /* paragraphs before the options */
    const char *notes;               /* after them: exit status */
    const struct hy_option *options;
    size_t option_count;
    size_t arguments_min, arguments_max;
    int (*run)(const struct hy_command *command, int argc, char **argv);
};

struct hy_arguments {
    char **items; /* into argv */
    size_t count;
};

/* Sets every field. HY_CANCELLED: --help was asked for, and printed. HY_INVALID: err has the
 * sentence. argv[0] is the command's name; argv is put in a new order. */
HY_MUST_CHECK
enum hy_code hy_options_read(const struct hy_command *command, int argc, char **argv,
                             void *fields, struct hy_arguments *arguments, struct hy_err *err);

/* For a command's first lines: reads the options, and when that ends the command, says so and
 * sets *status (0 after --help, 2 after a mistake). True: go on. */
HY_MUST_CHECK
bool hy_command_begin(const struct hy_command *command, int argc, char **argv, void *fields,
                      struct hy_arguments *arguments, int *status);

/* All of the environment, for programs that we start. */
const char *const *hy_environment(void);

#endif
