/* expect.h - does what happened fit what the drill expects?
 *
 * First what only hydrant knows (counters, metrics) is asked for, then everything is compared at
 * once, each member by a function of its own, and each difference is a failure of the scene.
 */
#ifndef HY_HARNESS_EXPECT_H
#define HY_HARNESS_EXPECT_H

#include "harness/scene.h"

/* then(scene) later or at once. `expect` NULL: nothing is expected. */
void hy_expect(struct hy_scene *scene, const struct hy_node *expect,
               void (*then)(struct hy_scene *scene));

/* What they look at. */
struct hy_bucket_view;
struct hy_evidence {
    struct hy_bucket_view *view;
    const struct hy_node *streams; /* GET streams; NULL unless it was needed */
    hy_sv metrics;                 /* GET metrics, likewise */
};

typedef void hy_expect_fn(struct hy_scene *scene, const struct hy_node *node,
                          const struct hy_evidence *evidence);

void hy_expect_objects(struct hy_scene *scene, const struct hy_node *node,
                       const struct hy_evidence *evidence);       /* expect_objects.c */
void hy_expect_records(struct hy_scene *scene, const struct hy_node *node,
                       const struct hy_evidence *evidence);       /* expect_records.c */
void hy_expect_error_records(struct hy_scene *scene, const struct hy_node *node,
                             const struct hy_evidence *evidence); /* expect_errors.c */
void hy_expect_invocations(struct hy_scene *scene, const struct hy_node *node,
                           const struct hy_evidence *evidence);   /* expect_numbers.c */
void hy_expect_counters(struct hy_scene *scene, const struct hy_node *node,
                        const struct hy_evidence *evidence);
void hy_expect_metrics(struct hy_scene *scene, const struct hy_node *node,
                       const struct hy_evidence *evidence);
void hy_expect_requests(struct hy_scene *scene, const struct hy_node *node,
                        const struct hy_evidence *evidence);      /* expect_seen.c */
void hy_expect_log(struct hy_scene *scene, const struct hy_node *node,
                   const struct hy_evidence *evidence);

#endif
