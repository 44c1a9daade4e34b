/* interpreter.h - which program runs a function, and in which folder.
 *
 *   python3.N   pythonN on PATH, else python3 (with a warning), with bootstrap.py
 *   nodejsN.x   node, with bootstrap.cjs
 *   rubyN.M     ruby, with bootstrap.rb
 *   provided*   the file `bootstrap` in the code folder
 *   none        the function's command
 *
 * Our bootstraps hand over to AWS's own client (awslambdaric, aws-lambda-ric,
 * aws_lambda_ric) when the interpreter finds it. AWS_LAMBDA_EXEC_WRAPPER in the function's
 * environment is put in front of an interpreter, as on AWS.
 */
#ifndef HY_RUNTIME_INTERPRETER_H
#define HY_RUNTIME_INTERPRETER_H

#include "model/function_spec.h"
#include "runtime/host.h"

enum hy_language { HY_LANGUAGE_NONE, HY_LANGUAGE_PYTHON, HY_LANGUAGE_NODE, HY_LANGUAGE_RUBY };

struct hy_launch {
    char **argv;                /* NULL-terminated */
    char *task_root;            /* absolute folder: the code, or where a command runs */
    enum hy_language language;  /* NONE: an executable */
    bool is_bootstrap;          /* provided*: certain to speak the Runtime API */
};

/* `folder`: the unpacked code, or NULL with a command. HY_INVALID with a sentence. */
HY_MUST_CHECK
enum hy_code hy_launch_plan(struct hy_launch *launch, const struct hy_host *host,
                            const struct hy_function_spec *spec, const char *folder,
                            struct hy_err *err);
void hy_launch_finish(struct hy_launch *launch); /* fine on a zeroed one */

/* The first executable of that name on the PATH of "K=V" strings; on the usual PATH without
 * one. The caller frees it; NULL: none. */
char *hy_find_program(const char *const *environment, const char *name);

extern const char hy_default_path[];

#endif
