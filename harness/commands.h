/* commands.h - what firedrill can do. Each command is a file of its own, with its options. */
#ifndef HY_HARNESS_COMMANDS_H
#define HY_HARNESS_COMMANDS_H

#include "harness/options.h"

extern const struct hy_command hy_init_command;   /* init_command.c */
extern const struct hy_command hy_replay_command; /* replay_command.c */
extern const struct hy_command hy_run_command;    /* run_command.c */
extern const struct hy_command hy_stub_command;   /* stub_command.c */

#endif
