#include "harness/report.h"

void hy_tap_begin(FILE *out, size_t count)
{
    (void)fprintf(out, "TAP version 13\n1..%zu\n", count);
    (void)fflush(out);
}

static void print_comments(FILE *out, hy_sv text)
{
    while (text.len > 0) {
        hy_sv line = hy_sv_cut(&text, '\n');
        (void)fprintf(out, "# %.*s\n", HY_SV_ARG(line));
    }
}

/* '#' would begin a directive. */
static void print_name(FILE *out, const char *name)
{
    for (; *name != '\0'; name++) {
        (void)fputc(*name == '#' ? ' ' : *name == '\n' ? ' ' : *name, out);
    }
}

void hy_tap_result(FILE *out, size_t index, const struct hy_scene *scene)
{
    (void)fprintf(out, "%s %zu - ", scene->verdict == HY_PASSED ? "ok" : "not ok", index + 1);
    print_name(out, scene->drill->name);
    (void)fprintf(out, " (%llu ms)\n", (unsigned long long)(scene->took_ns / 1000000));
    print_comments(out, hy_buf_sv(&scene->report));
    if (scene->updated.len > 0) {
        (void)fprintf(out, "# rewritten:\n");
        print_comments(out, hy_buf_sv(&scene->updated));
    }
    if (scene->has_left_folder) {
        (void)fprintf(out, "# its folder, with hydrant.log and data/buckets: %s\n", scene->folder);
    }
    (void)fflush(out);
}

/* In a workflow command these would end it; in a property, separate it. */
static void print_escaped(FILE *out, hy_sv text, bool is_property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_escaped = c == '%' || c == '\r' || c == '\n' ||
                          (is_property && (c == ':' || c == ','));
        if (is_escaped) {
            (void)fprintf(out, "%%%02X", (unsigned)c);
        } else {
            (void)fputc(c, out);
        }
    }
}

void hy_annotate(FILE *out, const struct hy_scene *scene)
{
    if (scene->verdict == HY_PASSED) {
        return;
    }
    (void)fprintf(out, "::error file=");
    print_escaped(out, hy_sv_of(scene->drill->path), true);
    (void)fprintf(out, ",line=%zu,title=", scene->failed_line);
    print_escaped(out, hy_sv_of(scene->drill->name), true);
    (void)fprintf(out, "::");
    print_escaped(out, hy_buf_sv(&scene->report), false);
    (void)fprintf(out, "\n");
    (void)fflush(out);
}
