/* expect_numbers.c - invocations, counters and metrics: numbers that hydrant tells. */
#include "harness/expect.h"

#include <stdlib.h>
#include <string.h>

/* A number, or {"min":n,"max":m}. */
static void check_number(struct hy_scene *scene, const struct hy_node *wanted, const char *what,
                         uint64_t found)
{
    uint64_t least = hy_node_number(wanted, "min", 0);
    uint64_t most = hy_node_number(wanted, "max", UINT64_MAX);
    uint64_t exactly;
    if (hy_node_u64(wanted, &exactly)) {
        least = most = exactly;
    }
    if (found < least || found > most) {
        hy_scene_fail(scene, wanted, "%s: expected %s, got %llu", what,
                      hy_scene_show(scene, wanted), (unsigned long long)found);
    }
}

/* NULL: a failure was told. An empty name is the only stream. */
static const struct hy_node *counters_of(struct hy_scene *scene, const struct hy_node *at,
                                         const struct hy_evidence *evidence, hy_sv name)
{
    const struct hy_node *streams = evidence->streams;
    const struct hy_node *stream = streams != NULL ? streams->first : NULL;
    while (stream != NULL && name.len > 0 && !hy_sv_equal(hy_node_string(stream, "name"), name)) {
        stream = stream->next;
    }
    if (stream == NULL) {
        hy_scene_fail(scene, at, "there is no stream %.*s", HY_SV_ARG(name));
        return NULL;
    }
    if (name.len == 0 && streams->count != 1) {
        hy_scene_fail(scene, at, "there are %zu streams: name one", streams->count);
        return NULL;
    }
    return hy_node_find(stream, "counters");
}

void hy_expect_counters(struct hy_scene *scene, const struct hy_node *node,
                        const struct hy_evidence *evidence)
{
    for (const struct hy_node *stream = node->first; stream != NULL; stream = stream->next) {
        const struct hy_node *counters = counters_of(scene, stream, evidence, stream->name);
        for (const struct hy_node *wanted = counters != NULL ? stream->first : NULL;
             wanted != NULL; wanted = wanted->next) {
            uint64_t found;
            if (hy_node_u64(hy_node_member(counters, wanted->name), &found)) {
                check_number(scene, wanted, wanted->name.ptr, found);
            } else {
                hy_scene_fail(scene, wanted, "there is no counter %s", wanted->name.ptr);
            }
        }
    }
}

void hy_expect_invocations(struct hy_scene *scene, const struct hy_node *node,
                           const struct hy_evidence *evidence)
{
    hy_sv name = hy_node_string(node, "stream");
    const struct hy_node *counters = counters_of(scene, node, evidence,
                                                 name.ptr != NULL ? name : HY_SV(""));
    if (counters == NULL) {
        return;
    }
    const struct hy_node *count = node->kind == HY_NODE_NUMBER ? node
                                                               : hy_node_find(node, "count");
    const struct hy_node *failed = hy_node_find(node, "failed");
    if (count != NULL) {
        check_number(scene, count, "invocations", hy_node_number(counters, "invocations", 0));
    }
    if (failed != NULL) {
        check_number(scene, failed, "invocations that failed",
                     hy_node_number(counters, "invocations_failed", 0));
    }
}

/* The value of the line that begins with `name` and a blank. */
static bool find_metric(hy_sv text, hy_sv name, uint64_t *out)
{
    while (text.len > 0) {
        hy_sv line = hy_sv_cut(&text, '\n');
        if (hy_sv_starts_with(line, name) && line.len > name.len && line.ptr[name.len] == ' ') {
            return hy_sv_to_u64((hy_sv){ line.ptr + name.len + 1, line.len - name.len - 1 }, out);
        }
    }
    return false;
}

void hy_expect_metrics(struct hy_scene *scene, const struct hy_node *node,
                       const struct hy_evidence *evidence)
{
    for (const struct hy_node *wanted = node->first; wanted != NULL; wanted = wanted->next) {
        uint64_t found;
        if (find_metric(evidence->metrics, wanted->name, &found)) {
            check_number(scene, wanted, wanted->name.ptr, found);
        } else {
            hy_scene_fail(scene, wanted, "there is no metric %s", wanted->name.ptr);
        }
    }
}
