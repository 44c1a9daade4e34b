/* err.h - what can go wrong, and how it travels.
 *
 * A function that can fail returns enum hy_code; HY_OK is 0. A code says what the caller
 * may do about it. One that answers for a client's mistake also takes a struct hy_err and
 * writes the sentence that the client will read. The rule: whoever notices writes, whoever
 * passes it on adds nothing, one place turns it into a response (wire/) or a line on
 * stderr (app/).
 *
 * What libuv or SQLite said in detail is logged where it happened and is not carried up.
 */
#ifndef HY_BASE_ERR_H
#define HY_BASE_ERR_H

enum hy_code {
    HY_OK,
    HY_REFUSED,   /* the client's mistake: err->refusal and err->text say which */
    HY_INVALID,   /* the input breaks a rule; err->text says which */
    HY_MALFORMED, /* the bytes do not parse */
    HY_NOT_FOUND,
    HY_EXISTS,
    HY_LIMIT,     /* a limit with a name was reached */
    HY_BUSY,      /* not now: try again */
    HY_TIMEOUT,
    HY_CANCELLED, /* the work was given up by us, not by the other side */
    HY_NO_MEMORY,
    HY_IO,        /* the operating system or a library said no; logged where it happened */
};

enum { HY_ERR_TEXT_MAX = 4096 };

struct hy_refusal; /* services/refusal.h: the name on the wire and the HTTP status */

struct hy_err {
    const struct hy_refusal *refusal; /* set with HY_REFUSED only */
    char text[HY_ERR_TEXT_MAX];       /* NUL-terminated, may be cut */
};

#define HY_MUST_CHECK __attribute__((warn_unused_result))
#define HY_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

/* Writes the sentence and hands `code` back, so that a check is one line:
 *     return hy_fail(err, HY_INVALID, "Record is %zu bytes; at most %d", n, max);
 */
HY_MUST_CHECK HY_PRINTF(3, 4)
enum hy_code hy_fail(struct hy_err *err, enum hy_code code, const char *format, ...);

const char *hy_code_name(enum hy_code code); /* for logs; static storage */

#endif
