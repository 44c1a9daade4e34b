#include "harness/drill.h"

#include "harness/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DRILL_BYTES_MAX = 16 * 1024 * 1024 };

HY_MUST_CHECK
static enum hy_code check_clock(const struct hy_drill *drill, const struct hy_node *node,
                                struct hy_err *err)
{
    hy_sv clock = node->text;
    char *end = NULL;
    bool is_factor = clock.len > 1 && clock.ptr[0] == 'x' && strtod(clock.ptr + 1, &end) > 0 &&
                     *end == '\0';
    return is_factor || hy_sv_equal(clock, HY_SV("real")) || hy_sv_equal(clock, HY_SV("manual"))
        ? HY_OK
        : hy_fail(err, HY_INVALID, "%s:%zu: member \"clock\": must be real, manual or xN, e.g. x60",
                  drill->path, node->line);
}

HY_MUST_CHECK
static enum hy_code check_given(const struct hy_drill *drill, const struct hy_node *given,
                                struct hy_err *err)
{
    const struct hy_node *clock = hy_node_find(given, "clock");
    if (hy_node_find(given, "config") != NULL && hy_node_find(given, "config_file") != NULL) {
        return hy_fail(err, HY_INVALID, "%s:%zu: given has both \"config\" and \"config_file\"",
                       drill->path, given->line);
    }
    return clock != NULL ? check_clock(drill, clock, err) : HY_OK;
}

HY_MUST_CHECK
static enum hy_code check_put(const struct hy_drill *drill, const struct hy_node *put,
                              struct hy_err *err)
{
    static const char *const ways[] = { "data", "data_base64", "fill", "records" };
    size_t count = 0;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        count += hy_node_find(put, ways[i]) != NULL;
    }
    return count == 1 ? HY_OK
        : hy_fail(err, HY_INVALID,
                  "%s:%zu: put has one of \"data\", \"data_base64\", \"fill\" and \"records\"",
                  drill->path, put->line);
}

HY_MUST_CHECK
static enum hy_code check_step(const struct hy_drill *drill, const struct hy_node *step,
                               struct hy_err *err)
{
    const struct hy_node *verb = step->first;
    return hy_sv_equal(verb->name, HY_SV("put")) ? check_put(drill, verb, err) : HY_OK;
}

HY_MUST_CHECK
static enum hy_code check(struct hy_drill *drill, const struct hy_node *root, struct hy_err *err)
{
    enum hy_code code = hy_form_check(&hy_drill_form, root, drill->path, err);
    if (code != HY_OK) {
        return code;
    }
    drill->name = hy_node_string(root, "name").ptr;
    drill->given = hy_node_find(root, "given");
    drill->steps = hy_node_find(root, "steps");
    drill->expect = hy_node_find(root, "expect");
    code = check_given(drill, drill->given, err);
    for (const struct hy_node *step = drill->steps->first; step != NULL && code == HY_OK;
         step = step->next) {
        code = check_step(drill, step, err);
    }
    return code;
}

/* The folder of the file, absolute. */
HY_MUST_CHECK
static enum hy_code find_folder(struct hy_drill *drill, struct hy_err *err)
{
    char *real = realpath(drill->path, NULL);
    if (real == NULL) {
        return hy_fail(err, HY_IO, "%s: %s", drill->path, strerror(errno));
    }
    size_t len = (size_t)(strrchr(real, '/') - real);
    drill->folder = hy_arena_cstr(&drill->arena, (hy_sv){ real, len > 0 ? len : 1 });
    free(real);
    return drill->folder != NULL ? HY_OK : hy_fail(err, HY_NO_MEMORY, "out of memory");
}

enum hy_code hy_drill_load(const char *path, struct hy_drill **out, struct hy_err *err)
{
    struct hy_drill *drill = calloc(1, sizeof *drill);
    if (drill == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "%s: out of memory", path);
    }
    hy_arena_init(&drill->arena, (size_t)16 * DRILL_BYTES_MAX);
    hy_buf_init(&drill->text, DRILL_BYTES_MAX);
    drill->path = hy_arena_cstr(&drill->arena, hy_sv_of(path));
    struct hy_node *root;
    enum hy_code code = drill->path != NULL ? HY_OK : hy_fail(err, HY_NO_MEMORY, "out of memory");
    if (code == HY_OK) {
        code = hy_file_read(path, &drill->text, err);
    }
    if (code == HY_OK) {
        code = find_folder(drill, err);
    }
    if (code == HY_OK) {
        code = hy_node_parse(hy_buf_sv(&drill->text), drill->path, &drill->arena, &root, err);
    }
    if (code == HY_OK) {
        code = check(drill, root, err);
    }
    if (code != HY_OK) {
        hy_drill_destroy(drill);
        return code;
    }
    *out = drill;
    return HY_OK;
}

void hy_drill_destroy(struct hy_drill *drill)
{
    if (drill == NULL) {
        return;
    }
    hy_buf_finish(&drill->text);
    hy_arena_finish(&drill->arena);
    free(drill);
}

char *hy_drill_path(struct hy_arena *arena, const char *folder, hy_sv path)
{
    return hy_sv_starts_with(path, HY_SV("/"))
        ? hy_arena_cstr(arena, path)
        : hy_arena_printf(arena, "%s/%.*s", folder, HY_SV_ARG(path));
}
