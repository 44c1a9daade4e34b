/* init_command.c - `firedrill init`: a first drill to begin with. */
#include "harness/commands.h"
#include "harness/files.h"
#include "harness/init_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static void path_of(const char *folder, const char *name, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/%s", folder, name);
}

/* Nothing of the user's is overwritten: either all files are written, or none. */
HY_MUST_CHECK
static enum hy_code check_free(const char *folder, struct hy_err *err)
{
    for (size_t i = 0; i < hy_init_file_count; i++) {
        char path[PATH_BYTES];
        path_of(folder, hy_init_files[i].name, path);
        if (access(path, F_OK) == 0) {
            return hy_fail(err, HY_EXISTS, "%s is there already; nothing was written", path);
        }
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code write_all(const char *folder, struct hy_err *err)
{
    enum hy_code code = HY_OK;
    for (size_t i = 0; i < hy_init_file_count && code == HY_OK; i++) {
        const struct hy_init_file *file = &hy_init_files[i];
        char path[PATH_BYTES];
        path_of(folder, file->name, path);
        code = hy_file_write(path, hy_sv_of(file->text), err);
        if (code == HY_OK) {
            printf("%-18s %s\n", file->name, file->purpose);
        }
    }
    return code;
}

static int run(const struct hy_command *command, int argc, char **argv)
{
    char nothing;
    struct hy_arguments arguments;
    struct hy_err err;
    int status;
    if (!hy_command_begin(command, argc, argv, &nothing, &arguments, &status)) {
        return status;
    }
    const char *folder = arguments.count > 0 ? arguments.items[0] : ".";
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        (void)fprintf(stderr, "firedrill: %s: %s\n", folder, strerror(errno));
        return 1;
    }
    enum hy_code code = check_free(folder, &err);
    if (code == HY_OK) {
        code = write_all(folder, &err);
    }
    if (code != HY_OK) {
        (void)fprintf(stderr, "firedrill: %s\n", err.text);
        return 1;
    }
    printf("\nnow: firedrill run %s/first_drill.json\n", folder);
    return 0;
}

const struct hy_command hy_init_command = {
    .name = "init",
    .arguments = "[DIR]",
    .summary = "write a first drill, a config, a transform and a CI job",
    .help = "Writes a drill that passes, to begin with, into DIR (here, when none is given).\n"
            "Files that are there already are left alone: then nothing is written.\n",
    .notes = "exit status: 0 written, 1 a file is there already or cannot be written, "
             "2 wrong usage\n",
    .arguments_max = 1,
    .run = run,
};
