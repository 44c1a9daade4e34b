#include "harness/report.h"

#include "harness/files.h"

#include "base/utf8.h"

enum { JUNIT_BYTES_MAX = 256 * 1024 * 1024 };

void hy_junit_init(struct hy_junit *junit)
{
    *junit = (struct hy_junit){ .count = 0 };
    hy_buf_init(&junit->cases, JUNIT_BYTES_MAX);
}

void hy_junit_finish(struct hy_junit *junit)
{
    hy_buf_finish(&junit->cases);
}

static void append_byte(struct hy_buf *out, char c)
{
    switch (c) {
    case '&':
        hy_buf_append(out, HY_SV("&amp;"));
        return;
    case '<':
        hy_buf_append(out, HY_SV("&lt;"));
        return;
    case '>':
        hy_buf_append(out, HY_SV("&gt;"));
        return;
    case '"':
        hy_buf_append(out, HY_SV("&quot;"));
        return;
    default: /* XML 1.0 has no way to write most control characters */
        hy_buf_append_byte(out, (unsigned char)c < ' ' && c != '\n' && c != '\t' ? '?' : c);
    }
}

/* What is not UTF-8 becomes '?': a report that cannot be read helps nobody. Colours are left
 * out. */
static void append_text(struct hy_buf *out, hy_sv text)
{
    while (text.len > 0) {
        size_t len = hy_utf8_char(text);
        if (text.ptr[0] == '\033') {
            len = hy_sv_find(text, 'm') < text.len ? hy_sv_find(text, 'm') + 1 : 1;
        } else if (len <= 1) {
            append_byte(out, len == 1 ? text.ptr[0] : '?');
            len = 1;
        } else {
            hy_buf_append(out, (hy_sv){ text.ptr, len });
        }
        text = (hy_sv){ text.ptr + len, text.len - len };
    }
}

static void append_seconds(struct hy_buf *out, uint64_t ns)
{
    hy_buf_printf(out, "%llu.%03llu", (unsigned long long)(ns / 1000000000),
                  (unsigned long long)(ns / 1000000 % 1000));
}

void hy_junit_add(struct hy_junit *junit, const struct hy_scene *scene)
{
    struct hy_buf *out = &junit->cases;
    hy_sv report = hy_buf_sv(&scene->report), rest = report;
    junit->count++;
    junit->took_ns += scene->took_ns;
    hy_buf_append(out, HY_SV("  <testcase classname=\""));
    append_text(out, hy_sv_of(scene->drill->path));
    hy_buf_append(out, HY_SV("\" name=\""));
    append_text(out, hy_sv_of(scene->drill->name));
    hy_buf_append(out, HY_SV("\" file=\""));
    append_text(out, hy_sv_of(scene->drill->path));
    hy_buf_append(out, HY_SV("\" time=\""));
    append_seconds(out, scene->took_ns);
    if (scene->verdict == HY_PASSED) {
        hy_buf_append(out, HY_SV("\"/>\n"));
        return;
    }
    junit->failures++;
    hy_buf_append(out, HY_SV("\">\n    <failure message=\""));
    append_text(out, hy_sv_cut(&rest, '\n'));
    hy_buf_append(out, HY_SV("\">"));
    append_text(out, report);
    hy_buf_append(out, HY_SV("</failure>\n  </testcase>\n"));
}

enum hy_code hy_junit_write(const struct hy_junit *junit, const char *path, struct hy_err *err)
{
    struct hy_buf out;
    hy_buf_init(&out, JUNIT_BYTES_MAX + 4096);
    hy_buf_printf(&out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                  " <testsuite name=\"firedrill\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
                  "time=\"", junit->count, junit->failures);
    append_seconds(&out, junit->took_ns);
    hy_buf_append(&out, HY_SV("\">\n"));
    hy_buf_append(&out, hy_buf_sv(&junit->cases));
    hy_buf_append(&out, HY_SV(" </testsuite>\n</testsuites>\n"));
    enum hy_code code = out.failed || junit->cases.failed
        ? hy_fail(err, HY_LIMIT, "%s: the report is too large", path)
        : hy_file_write(path, hy_buf_sv(&out), err);
    hy_buf_finish(&out);
    return code;
}
