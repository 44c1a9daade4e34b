#include "harness/options.h"

#include "base/sv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum hy_code set(const struct hy_option *option, const char *value, void *fields,
                        struct hy_err *err)
{
    char *field = (char *)fields + option->offset;
    switch (option->kind) {
    case HY_OPTION_TEXT:
        memcpy(field, &value, sizeof value);
        return HY_OK;
    case HY_OPTION_SWITCH:
        memcpy(field, &(bool){ true }, sizeof(bool));
        return HY_OK;
    case HY_OPTION_NUMBER:
        break;
    }
    uint64_t number;
    if (!hy_sv_to_u64(hy_sv_of(value), &number) || number < option->least ||
        number > option->most) {
        return hy_fail(err, HY_INVALID, "%s must be a number from %llu to %llu, not '%s'",
                       option->name, (unsigned long long)option->least,
                       (unsigned long long)option->most, value);
    }
    memcpy(field, &number, sizeof number);
    return HY_OK;
}

static void clear(const struct hy_option *option, void *fields)
{
    static const size_t sizes[] = {
        [HY_OPTION_TEXT] = sizeof(const char *),
        [HY_OPTION_NUMBER] = sizeof(uint64_t),
        [HY_OPTION_SWITCH] = sizeof(bool),
    };
    memset((char *)fields + option->offset, 0, sizes[option->kind]);
}

/* NULL also when it is set to nothing. */
static const char *from_environment(const char *name)
{
    const char *value = name != NULL ? getenv(name) : NULL;
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static enum hy_code set_presets(const struct hy_command *command, void *fields,
                                struct hy_err *err)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct hy_option *option = &command->options[i];
        clear(option, fields);
        const char *value = from_environment(option->env);
        if (value == NULL) {
            value = from_environment(option->env_else);
        }
        if (value == NULL) {
            value = option->preset;
        }
        enum hy_code code = value != NULL ? set(option, value, fields, err) : HY_OK;
        if (code != HY_OK) {
            return code;
        }
    }
    return HY_OK;
}

static void print_help(const struct hy_command *command)
{
    printf("usage: firedrill %s [options] %s\n\n%s\noptions:\n", command->name,
           command->arguments, command->help);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct hy_option *option = &command->options[i];
        char left[48];
        (void)snprintf(left, sizeof left, "%s %s", option->name, option->arg);
        printf("  %-24s %s", left, option->help);
        if (option->env != NULL) {
            printf(" (%s%s%s)", option->env, option->env_else != NULL ? ", " : "",
                   option->env_else != NULL ? option->env_else : "");
        }
        if (option->preset != NULL) {
            printf(" (default: %s)", option->preset);
        }
        printf("\n");
    }
    printf("  %-24s show this and exit\n\n%s", "--help", command->notes);
}

static const struct hy_option *find(const struct hy_command *command, const char *name,
                                    size_t len)
{
    for (size_t i = 0; i < command->option_count; i++) {
        const struct hy_option *option = &command->options[i];
        if (strlen(option->name) == len && memcmp(option->name, name, len) == 0) {
            return option;
        }
    }
    return NULL;
}

/* argv[*at], `--name VALUE` or `--name=VALUE`; *at moves to its last word. */
static enum hy_code read_option(const struct hy_command *command, int argc, char **argv, int *at,
                                void *fields, struct hy_err *err)
{
    const char *word = argv[*at];
    const char *equals = strchr(word, '=');
    size_t len = equals != NULL ? (size_t)(equals - word) : strlen(word);
    const struct hy_option *option = find(command, word, len);
    if (option == NULL) {
        return hy_fail(err, HY_INVALID, "unknown option %s; see firedrill %s --help", word,
                       command->name);
    }
    if (option->kind == HY_OPTION_SWITCH) {
        return equals == NULL ? set(option, NULL, fields, err)
             : hy_fail(err, HY_INVALID, "%s takes no value", option->name);
    }
    if (equals != NULL) {
        return set(option, equals + 1, fields, err);
    }
    if (*at + 1 == argc) {
        return hy_fail(err, HY_INVALID, "%s needs a value: %s", option->name, option->arg);
    }
    return set(option, argv[++*at], fields, err);
}

static enum hy_code check_count(const struct hy_command *command, size_t count,
                                struct hy_err *err)
{
    if (count < command->arguments_min) {
        return hy_fail(err, HY_INVALID, "%s needs %s; see firedrill %s --help", command->name,
                       command->arguments, command->name);
    }
    if (count > command->arguments_max) {
        return hy_fail(err, HY_INVALID, "%s takes only %s; see firedrill %s --help",
                       command->name, command->arguments, command->name);
    }
    return HY_OK;
}

enum hy_code hy_options_read(const struct hy_command *command, int argc, char **argv,
                             void *fields, struct hy_arguments *arguments, struct hy_err *err)
{
    enum hy_code code = set_presets(command, fields, err);
    bool options_ended = false;
    *arguments = (struct hy_arguments){ .items = argv + 1 };
    for (int i = 1; code == HY_OK && i < argc; i++) {
        if (!options_ended && strcmp(argv[i], "--help") == 0) {
            print_help(command);
            return HY_CANCELLED;
        }
        if (!options_ended && strcmp(argv[i], "--") == 0) {
            options_ended = true;
        } else if (!options_ended && argv[i][0] == '-' && argv[i][1] != '\0') {
            code = read_option(command, argc, argv, &i, fields, err);
        } else {
            arguments->items[arguments->count++] = argv[i];
        }
    }
    return code == HY_OK ? check_count(command, arguments->count, err) : code;
}

bool hy_command_begin(const struct hy_command *command, int argc, char **argv, void *fields,
                      struct hy_arguments *arguments, int *status)
{
    struct hy_err err;
    switch (hy_options_read(command, argc, argv, fields, arguments, &err)) {
    case HY_OK:
        return true;
    case HY_CANCELLED:
        *status = 0;
        return false;
    default:
        (void)fprintf(stderr, "firedrill: %s\n", err.text);
        *status = 2;
        return false;
    }
}

extern char **environ;

const char *const *hy_environment(void)
{
    return (const char *const *)environ;
}
