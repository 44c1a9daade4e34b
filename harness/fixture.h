/* fixture.h - one recorded event: a line of a fixture file, parsed and checked.
 *
 * A fixture file is JSON Lines. An event is either a record for a delivery stream or a plain
 * HTTP request; fixtures/README.md has the members. Nothing is guessed: an unknown member, one
 * that stands there twice, or one that does not fit the others is an error that names the file,
 * the line and the member.
 *
 * Pure: reading files is fixture_file.h's.
 */
#ifndef HY_HARNESS_FIXTURE_H
#define HY_HARNESS_FIXTURE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"
#include "io/http_message.h"

enum { HY_FIXTURE_HEADERS_MAX = 100 };

enum hy_fixture_kind { HY_FIXTURE_RECORD, HY_FIXTURE_HTTP };

struct hy_fixture_place {
    const char *file; /* for messages; lives as long as the program */
    size_t line;      /* from 1 */
};

struct hy_fixture_event {
    enum hy_fixture_kind kind;
    struct hy_fixture_place place;
    uint64_t at_ms;
    hy_sv stream; /* RECORD; empty when the line names none */
    hy_sv data;   /* RECORD: its bytes. HTTP: the body */
    hy_sv method, path;             /* HTTP */
    struct hy_http_headers headers; /* HTTP */
};                /* all views point into the line or into the arena */

/* HY_MALFORMED: not JSON. HY_INVALID: JSON, but not an event. Either way err has the sentence,
 * place included. `line` is without its line feed. */
HY_MUST_CHECK
enum hy_code hy_fixture_parse(hy_sv line, struct hy_fixture_place place, struct hy_arena *arena,
                              struct hy_fixture_event *event, struct hy_err *err);

#endif
