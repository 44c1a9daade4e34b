/* report.h - results for machines: TAP, JUnit XML, annotations. */
#ifndef HY_HARNESS_REPORT_H
#define HY_HARNESS_REPORT_H

#include "harness/scene.h"

#include <stdio.h>

/* tap.c: the Test Anything Protocol, a line a drill, what went wrong as comments below it. */
void hy_tap_begin(FILE *out, size_t count);
void hy_tap_result(FILE *out, size_t index, const struct hy_scene *scene);

/* GitHub's workflow command for a drill that failed: it is shown at its line. */
void hy_annotate(FILE *out, const struct hy_scene *scene);

/* junit.c: the document, written when all is known. */
struct hy_junit {
    struct hy_buf cases;
    size_t count, failures;
    uint64_t took_ns; /* sum */
};

void hy_junit_init(struct hy_junit *junit);
void hy_junit_add(struct hy_junit *junit, const struct hy_scene *scene);
HY_MUST_CHECK
enum hy_code hy_junit_write(const struct hy_junit *junit, const char *path, struct hy_err *err);
void hy_junit_finish(struct hy_junit *junit);

#endif
