/* expect_seen.c - what the stubs were asked, and what hydrant logged. */
#include "harness/expect.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_MAX = 10 };

/* ---- requests ---- */

static const struct hy_upstream *find_stub(const struct hy_scene *scene, hy_sv name)
{
    for (size_t i = 0; i < scene->stub_count; i++) {
        if (hy_sv_equal(scene->stubs[i].name, name)) {
            return scene->stubs[i].upstream;
        }
    }
    return NULL;
}

static bool text_fits(const struct hy_node *wanted, const char *name, hy_sv found)
{
    hy_sv pattern = hy_node_string(wanted, name);
    return pattern.ptr == NULL || hy_sv_equal(pattern, found) ||
           fnmatch(pattern.ptr, found.ptr != NULL ? found.ptr : "", 0) == 0;
}

static bool request_fits(const struct hy_node *wanted, const struct hy_upstream_request *request)
{
    return text_fits(wanted, "method", request->method) &&
           text_fits(wanted, "path", request->target) && text_fits(wanted, "body", request->body);
}

static void check_requests(struct hy_scene *scene, const struct hy_node *wanted,
                           const struct hy_upstream *stub)
{
    uint64_t found = 0, exactly;
    for (size_t i = 0; i < hy_upstream_count(stub); i++) {
        found += request_fits(wanted, hy_upstream_request(stub, i));
    }
    bool is_exact = hy_node_u64(hy_node_find(wanted, "count"), &exactly);
    if (is_exact ? found == exactly : found > 0) {
        return;
    }
    char number[32] = "at least 1";
    if (is_exact) {
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)exactly);
    }
    hy_scene_fail(scene, wanted, "requests that fit %s: expected %s, got %llu of %zu",
                  hy_scene_show(scene, wanted), number, (unsigned long long)found,
                  hy_upstream_count(stub));
    for (size_t i = 0; i < hy_upstream_count(stub) && i < NAMED_MAX; i++) {
        const struct hy_upstream_request *request = hy_upstream_request(stub, i);
        hy_buf_printf(&scene->report, "    %.*s %.*s\n", HY_SV_ARG(request->method),
                      HY_SV_ARG(request->target));
    }
}

void hy_expect_requests(struct hy_scene *scene, const struct hy_node *node,
                        const struct hy_evidence *evidence)
{
    (void)evidence;
    for (const struct hy_node *wanted = node->first; wanted != NULL; wanted = wanted->next) {
        const struct hy_upstream *stub = find_stub(scene, hy_node_string(wanted, "stub"));
        if (stub == NULL) {
            hy_scene_fail(scene, wanted, "there is no stub %s",
                          hy_node_string(wanted, "stub").ptr);
        } else {
            check_requests(scene, wanted, stub);
        }
    }
}

/* ---- log ---- */

/* The first line that fits; an empty view when there is none. */
static hy_sv find_line(const regex_t *regex, hy_sv log)
{
    while (log.len > 0) {
        hy_sv line = hy_sv_cut(&log, '\n');
        char *text = hy_sv_dup(line);
        bool fits = text != NULL && regexec(regex, text, 0, NULL, 0) == 0;
        free(text);
        if (fits) {
            return line;
        }
    }
    return (hy_sv){ NULL, 0 };
}

static void check_line(struct hy_scene *scene, const struct hy_node *wanted, hy_sv log)
{
    regex_t regex;
    bool wants_it = hy_sv_equal(wanted->name, HY_SV("has"));
    if (regcomp(&regex, wanted->text.ptr, REG_EXTENDED | REG_NOSUB) != 0) {
        hy_scene_fail(scene, wanted, "\"%s\" is not a regular expression", wanted->text.ptr);
        return;
    }
    hy_sv line = find_line(&regex, log);
    regfree(&regex);
    if (wants_it && line.ptr == NULL) {
        hy_scene_fail(scene, wanted, "log: no line fits \"%s\"", wanted->text.ptr);
    } else if (!wants_it && line.ptr != NULL) {
        hy_scene_fail(scene, wanted, "log: a line fits \"%s\": %.*s", wanted->text.ptr,
                      HY_SV_ARG(line));
    }
}

void hy_expect_log(struct hy_scene *scene, const struct hy_node *node,
                   const struct hy_evidence *evidence)
{
    (void)evidence;
    if (!hy_emulator_is_ours(scene->emulator)) {
        hy_scene_fail(scene, node, "the log of the hydrant at --endpoint is not ours to read");
        return;
    }
    for (const struct hy_node *entry = node->first; entry != NULL; entry = entry->next) {
        check_line(scene, entry->first, hy_emulator_log(scene->emulator));
    }
}
