/* emulator.h - the hydrant that is drilled: a process with a data folder, and calls to it.
 *
 *   create --start--> STARTING --first line--> UP --stop, kill--> DOWN --start--> ...
 *                        \--ends before it--> on_changed(HY_IO)
 *
 * Or one that runs already (url given): it is UP from the first start on, and stop and kill are
 * refused by whoever asks (hy_emulator_is_ours).
 *
 * on_changed comes once for each start, stop or kill, later. When it ends and nobody asked for
 * that, on_gone comes with a sentence. One call to it is under way at a time.
 */
#ifndef HY_HARNESS_EMULATOR_H
#define HY_HARNESS_EMULATOR_H

#include "base/buf.h"
#include "io/http_client.h"
#include "io/loop.h"

struct hy_emulator; /* opaque */

struct hy_emulator_options {
    struct hy_loop *loop;
    const char *url;               /* of one that runs; NULL: start one */
    const char *const *argv;       /* NULL-terminated */
    const char *const *env;
    const char *cwd;
    const char *log_path;          /* what it says on stderr is appended */

    void (*on_changed)(void *ctx, enum hy_code code, const char *sentence);
    void (*on_gone)(void *ctx, const char *sentence);
    void *ctx;
}; /* all of it must outlive the emulator */

/* NULL when out of memory. */
struct hy_emulator *hy_emulator_create(const struct hy_emulator_options *options);
/* DOWN, or never started, or not ours; a call under way is cancelled. NULL is fine. */
void hy_emulator_destroy(struct hy_emulator *emulator);

void hy_emulator_start(struct hy_emulator *emulator);
void hy_emulator_end(struct hy_emulator *emulator, int signal); /* SIGTERM, SIGKILL */
bool hy_emulator_is_up(const struct hy_emulator *emulator);
bool hy_emulator_is_ours(const struct hy_emulator *emulator);
int hy_emulator_pid(const struct hy_emulator *emulator);         /* 0: it is not ours */
const char *hy_emulator_url(const struct hy_emulator *emulator); /* while it is UP */

/* Everything it has logged since it was created. */
hy_sv hy_emulator_log(const struct hy_emulator *emulator);

struct hy_emulator_call {
    const char *method, *path; /* "POST", "/_hydrant/flush" */
    struct hy_http_headers headers;
    hy_sv body;                /* must live until the callback */
};

/* fn later, once. HY_NO_MEMORY when it cannot be sent at all; fn does not come then. */
HY_MUST_CHECK
enum hy_code hy_emulator_call(struct hy_emulator *emulator, const struct hy_emulator_call *call,
                              hy_http_fetch_fn *fn, void *ctx);

#endif
