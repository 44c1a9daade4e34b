/* scene.h - one drill while it is played: hydrant, the stubs around it, and where we are.
 *
 *   prepare --> start hydrant --> step, step, ... --> expect --> stop hydrant, stubs --> end
 *                    |                  |                             ^
 *                    +----- failure ----+-----------------------------+
 *
 * A step is a function of a table (step.h). It starts its work and returns; when the work is done
 * it calls hy_scene_next, exactly once, also when hydrant goes away meanwhile. hy_scene_fail may
 * be called before that, any number of times. Many scenes run on one loop.
 *
 * Here is what steps and expectations share; run.c only creates scenes.
 */
#ifndef HY_HARNESS_SCENE_H
#define HY_HARNESS_SCENE_H

#include "harness/drill.h"
#include "harness/emulator.h"
#include "harness/sources.h"
#include "harness/upstream.h"

enum hy_verdict { HY_PASSED, HY_FAILED, HY_NO_HYDRANT };

struct hy_scene_options {
    struct hy_loop *loop;
    const struct hy_drill *drill;
    const char *hydrant;          /* the program */
    const char *endpoint;         /* of one that runs already; NULL: start `hydrant` */
    const char *buckets;          /* its buckets' folder, with endpoint */
    const char *temporary;        /* where folders are made */
    const char *const *env;       /* for hydrant and shell steps */
    bool updates;                 /* rewrite golden files that differ */
    bool keeps;                   /* leave the folder in any case */
    bool is_coloured;
    void (*on_end)(void *ctx);    /* once, later */
    void *ctx;
};

struct hy_scene_stub {
    hy_sv name;
    struct hy_stub *stub;
    struct hy_upstream *upstream;
};

struct hy_scene;
typedef void hy_scene_answer_fn(struct hy_scene *scene, const struct hy_http_response *response);

struct hy_scene {
    struct hy_scene_options options;
    struct hy_arena arena;
    struct hy_loop *loop;
    const struct hy_drill *drill;

    /* the result */
    enum hy_verdict verdict;
    size_t failed_line;           /* in the drill file, of the first failure */
    struct hy_buf report;         /* the failures, for people */
    struct hy_buf updated;        /* golden files that were rewritten, a line each */
    uint64_t began_ns, took_ns;
    const char *folder;           /* NULL: none was made */
    bool has_left_folder;

    /* while it is played */
    const char *buckets;
    struct hy_emulator *emulator;
    struct hy_scene_stub *stubs;
    size_t stub_count;
    struct hy_sources sources;
    const struct hy_node *step;   /* its verb's node; NULL before and after the steps */
    uint64_t clock_ms;            /* of a manual clock, as far as it was moved; 0: it was not */
    uint64_t counter;             /* ${n} */
    void *work;                   /* the step's own */
    void (*clean_up)(struct hy_scene *scene); /* and its end, before the next; NULL: nothing */

    /* private */
    const struct hy_node *next_step;
    bool is_over;                 /* no more steps */
    bool has_started, is_stopping;
    bool is_gone;                 /* hydrant ended by itself */
    struct hy_buf request;        /* body of the call under way */
    hy_scene_answer_fn *on_answer;
    void (*on_changed)(struct hy_scene *scene);
    void (*on_expected)(struct hy_scene *scene);
    size_t stopping;
};

/* NULL when out of memory. */
struct hy_scene *hy_scene_create(const struct hy_scene_options *options);
void hy_scene_destroy(struct hy_scene *scene); /* when on_end has been called */

/* ---- for steps and expectations ---- */

/* The step is done. */
void hy_scene_next(struct hy_scene *scene);

/* `at` is where it stands in the drill file. */
HY_PRINTF(3, 4)
void hy_scene_fail(struct hy_scene *scene, const struct hy_node *at, const char *format, ...);

/* A node of the drill as it is named in failures: compact, cut when it is long. */
const char *hy_scene_show(struct hy_scene *scene, const struct hy_node *node);

/* Asks hydrant; scene->request is the body. fn comes with an answer, whatever its status. When
 * none came that is a failure, and the step is over. */
void hy_scene_ask(struct hy_scene *scene, const char *method, const char *path,
                  struct hy_http_headers headers, hy_scene_answer_fn *fn);
/* Like it, a Firehose operation. */
void hy_scene_ask_firehose(struct hy_scene *scene, const char *target, hy_scene_answer_fn *fn);

/* Starts or ends hydrant (signal 0: start); then(scene) when that is done. When it cannot be done
 * that is a failure, and the step is over. */
void hy_scene_change(struct hy_scene *scene, int signal, void (*then)(struct hy_scene *scene));

/* ${stub.NAME}, ${here}, ${folder}, ${url}, ${n}: a hy_node_expand_fn; ctx is the scene. */
void hy_scene_expand(void *scene, hy_sv text, struct hy_buf *out);

#endif
