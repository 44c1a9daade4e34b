/* registry.h - all delivery streams, by name. */
#ifndef HY_PIPELINE_STREAM_REGISTRY_H
#define HY_PIPELINE_STREAM_REGISTRY_H

#include "pipeline/stream/stream.h"

struct hy_registry; /* opaque */

struct hy_registry *hy_registry_create(void);
void hy_registry_destroy(struct hy_registry *registry); /* must be empty */

HY_MUST_CHECK enum hy_code hy_registry_add(struct hy_registry *registry, struct hy_stream *stream);
void hy_registry_remove(struct hy_registry *registry, struct hy_stream *stream);
struct hy_stream *hy_registry_find(const struct hy_registry *registry, hy_sv name); /* or NULL */
size_t hy_registry_count(const struct hy_registry *registry);
/* In byte order of their names. Adding or removing meanwhile is not allowed. */
void hy_registry_each(struct hy_registry *registry,
                      void (*each)(void *ctx, struct hy_stream *stream), void *ctx);

#endif
