/* main.c - firedrill: which command? */
#include "harness/commands.h"

#include <stdio.h>
#include <string.h>

/* One row per command, sorted by name. */
static const struct hy_command *const commands[] = {
    &hy_init_command, &hy_replay_command, &hy_run_command, &hy_stub_command,
};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

static int print_help(void)
{
    printf("usage: firedrill COMMAND [options] ...\n\n"
           "Exercises a delivery pipeline: replays what was recorded, and stands in for the\n"
           "services around it.\n\n"
           "commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    printf("\n  --help     show this, or with a command: its options\n"
           "  --version  show the version and exit\n\n"
           "example:\n"
           "  firedrill replay --speed max fixtures/clicks/clicks.jsonl\n"
           "  firedrill run -j 2 fixtures/drills\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fprintf(stderr, "firedrill: which command? see firedrill --help\n");
        return 2;
    }
    if (strcmp(argv[1], "--help") == 0) {
        return print_help();
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("firedrill %s\n", HY_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0) {
            return commands[i]->run(commands[i], argc - 1, argv + 1);
        }
    }
    (void)fprintf(stderr, "firedrill: unknown command %s; see firedrill --help\n", argv[1]);
    return 2;
}
