/* query_form.h - the form of a query request as a JSON object.
 *
 *   A=1&B.C=2&D.member.1.E=x&D.member.2.E=y   {"A":"1","B":{"C":"2"},"D":[{"E":"x"},{"E":"y"}]}
 *
 * Every leaf is a string: only the operation knows better. Elements of a list are put in the
 * order of their numbers. Of two values of a name the last counts.
 */
#ifndef HY_WIRE_QUERY_FORM_H
#define HY_WIRE_QUERY_FORM_H

#include "base/arena.h"
#include "base/buf.h"

enum { HY_QUERY_PARAMETERS_MAX = 4096, HY_QUERY_DEPTH_MAX = 24 };

/* The decoded value of a parameter that is not part of a structure; ptr NULL when there is none
 * (or the arena is full). */
hy_sv hy_query_parameter(hy_sv form, hy_sv name, struct hy_arena *arena);

/* Action and Version are left out. HY_MALFORMED: a name that is none, more parameters or more
 * depth than there may be; HY_NO_MEMORY. */
HY_MUST_CHECK
enum hy_code hy_query_form(hy_sv form, struct hy_arena *arena, struct hy_buf *json);

#endif
