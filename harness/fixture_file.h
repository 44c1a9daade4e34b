/* fixture_file.h - a fixture file, event by event.
 *
 * Memory is one line and what it decodes to, however large the file is. Empty lines are passed
 * over; line feeds may have a carriage return before them; the last one may be missing.
 */
#ifndef HY_HARNESS_FIXTURE_FILE_H
#define HY_HARNESS_FIXTURE_FILE_H

#include "harness/fixture.h"

struct hy_fixture_file; /* opaque */

enum { HY_FIXTURE_LINE_MAX = 32 * 1024 * 1024 };

/* `path` is kept, not copied; "-" is standard input. On failure err says why. */
HY_MUST_CHECK
enum hy_code hy_fixture_file_open(const char *path, struct hy_fixture_file **out,
                                  struct hy_err *err);
void hy_fixture_file_close(struct hy_fixture_file *file); /* NULL is fine */

/* The next event; its views live until the next call. HY_NOT_FOUND: there is none (err is not
 * touched). Anything else: err has the sentence. */
HY_MUST_CHECK
enum hy_code hy_fixture_file_next(struct hy_fixture_file *file, struct hy_fixture_event *event,
                                  struct hy_err *err);

/* How much of the file has been parsed. */
uint64_t hy_fixture_file_offset(const struct hy_fixture_file *file);

#endif
