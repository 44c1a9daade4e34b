/* answer.h - does an answer of hydrant fit what a step expects of it? */
#ifndef HY_HARNESS_ANSWER_H
#define HY_HARNESS_ANSWER_H

#include "harness/scene.h"

/* `expect` NULL: it has to be a success: status 2xx, and no record of a batch refused. What does
 * not fit is a failure of the scene. */
void hy_answer_check(struct hy_scene *scene, const struct hy_node *expect,
                     const struct hy_http_response *response);

/* Has `found` all that `expected` has? Members that are not expected do not matter. */
bool hy_answer_holds(const struct hy_node *expected, const struct hy_node *found);

#endif
