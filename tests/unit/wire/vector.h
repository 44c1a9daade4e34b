/* vector.h - a signed request as data, and as the server would hand it over.
 *
 * Include it, then sigv4_vectors.h: the table.
 */
#ifndef HY_TESTS_WIRE_VECTOR_H
#define HY_TESTS_WIRE_VECTOR_H

#include "support/test.h"

#include "io/http_server.h"

#include <string.h>

enum { VECTOR_HEADERS_MAX = 12 };

struct vector {
    const char *name, *method, *target;
    struct {
        const char *name, *value;
    } headers[VECTOR_HEADERS_MAX]; /* ends with the first without a name */
    const char *body, *service, *token;
    bool is_refused; /* botocore can sign so, but the service does not take it */
};

/* A request and the memory that it points to. */
struct vector_request {
    struct hy_http_request request;
    struct hy_http_header headers[VECTOR_HEADERS_MAX];
    char body[4096];
};

static inline void vector_set_target(struct vector_request *made, const char *target)
{
    made->request.target = hy_sv_of(target);
    hy_sv query = made->request.target;
    made->request.path = hy_sv_cut(&query, '?');
    made->request.query = made->request.path.len < made->request.target.len ? query : HY_SV("");
}

static inline void vector_make(const struct vector *vector, struct vector_request *made)
{
    size_t count = 0;
    while (count < VECTOR_HEADERS_MAX && vector->headers[count].name != NULL) {
        made->headers[count] = (struct hy_http_header){ hy_sv_of(vector->headers[count].name),
                                                        hy_sv_of(vector->headers[count].value) };
        count++;
    }
    assert_true(strlen(vector->body) <= sizeof made->body);
    memcpy(made->body, vector->body, strlen(vector->body));
    made->request = (struct hy_http_request){
        .method = hy_sv_of(vector->method),
        .headers = { made->headers, count },
        .body = made->body,
        .body_len = strlen(vector->body),
    };
    vector_set_target(made, vector->target);
}

/* The header of that name, to be changed. */
static inline hy_sv *vector_header(struct vector_request *made, const char *name)
{
    for (size_t i = 0; i < made->request.headers.count; i++) {
        if (hy_sv_equal_nocase(made->headers[i].name, hy_sv_of(name))) {
            return &made->headers[i].value;
        }
    }
    fail_msg("no header %s", name);
    return NULL;
}

#endif
