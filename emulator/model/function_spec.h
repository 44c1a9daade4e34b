/* function_spec.h - a Lambda function as the user described it; checked, defaults filled in.
 *
 * Owns its strings: made by cli/ (config file) or services/lambda, handed over to runtime/.
 */
#ifndef HY_MODEL_FUNCTION_SPEC_H
#define HY_MODEL_FUNCTION_SPEC_H

#include "base/err.h"
#include "base/sv.h"

enum hy_protocol {
    HY_PROTOCOL_AUTO,        /* dual offer; lambda-contract.md 5.4 */
    HY_PROTOCOL_RUNTIME_API,
    HY_PROTOCOL_STDIO,       /* one process a call: event on stdin, reply on stdout */
    HY_PROTOCOL_NDJSON,      /* a long-lived process: one line in, one line out (descriptor 3) */
};

struct hy_function_spec {
    char *name;     /* required */
    char *runtime;  /* "python3.12", "nodejs22.x", "ruby3.3", "provided.al2023"; NULL: none */
    char *handler;  /* "app.handler"; NULL with a command or URL */
    char *code;     /* absolute path of a folder or .zip; NULL with a command or URL */
    char **command; /* argv, NULL-terminated; or NULL */
    char *url;      /* speaks the Invoke API; or NULL */
    enum hy_protocol protocol;
    char **environment;         /* "K=V", NULL-terminated; may be NULL */
    unsigned timeout_s;         /* 1..900; default 3 as on AWS, 60 for the one-line stream */
    unsigned memory_mib;        /* default 128; told to the function, not enforced */
    unsigned concurrency;       /* environments at most; 0: as many as asked for */
};

struct hy_function_spec *hy_function_spec_create(hy_sv name); /* with defaults; NULL: no memory */
void hy_function_spec_destroy(struct hy_function_spec *spec); /* NULL is fine */

/* What one word can mean: an http(s) URL, a .zip, a folder with `handler` after a colon or a
 * "folder/module.handler" whose module file exists, or an executable file. Sets the members
 * accordingly. HY_INVALID with a sentence that says what was looked for. */
HY_MUST_CHECK
enum hy_code hy_function_spec_from_word(struct hy_function_spec *spec, hy_sv word,
                                        struct hy_err *err);

#endif
