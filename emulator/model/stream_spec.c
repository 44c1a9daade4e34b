#include "model/stream_spec.h"

#include "model/naming.h"

#include <assert.h>
#include <stdlib.h>

struct hy_stream_spec *hy_stream_spec_create(void)
{
    struct hy_stream_spec *spec = calloc(1, sizeof *spec);
    if (spec != NULL) {
        spec->holders = 1;
    }
    return spec;
}

struct hy_stream_spec *hy_stream_spec_hold(struct hy_stream_spec *spec)
{
    assert(spec->holders > 0);
    spec->holders++;
    return spec;
}

static enum hy_code prepare_s3(struct hy_s3_spec *s3, struct hy_err *err)
{
    if (s3->naming != NULL) {
        return HY_OK;
    }
    return hy_naming_create(hy_sv_of(s3->prefix), hy_sv_of(s3->error_prefix),
                            hy_sv_of(s3->time_zone), &s3->naming, err);
}

enum hy_code hy_stream_spec_prepare(struct hy_stream_spec *spec, struct hy_err *err)
{
    const enum hy_code code = prepare_s3(&spec->s3, err);
    return code != HY_OK || !spec->has_backup ? code : prepare_s3(&spec->backup, err);
}

static void free_s3(struct hy_s3_spec *s3)
{
    free(s3->bucket);
    free(s3->prefix);
    free(s3->error_prefix);
    free(s3->file_extension);
    free(s3->time_zone);
    free(s3->log_group);
    free(s3->log_stream);
    hy_naming_destroy(s3->naming);
}

void hy_stream_spec_release(struct hy_stream_spec *spec)
{
    if (spec == NULL) {
        return;
    }
    assert(spec->holders > 0);
    if (--spec->holders > 0) {
        return;
    }
    free_s3(&spec->s3);
    free_s3(&spec->backup);
    free(spec->transform.lambda_arn);
    free(spec->conversion.configuration);
    free(spec->conversion.table);
    free(spec->process.delimiter);
    free(spec->process.query);
    free(spec->endpoint.url);
    free(spec->endpoint.access_key);
    free(spec->endpoint.common_attributes);
    free(spec->source.stream_arn);
    free(spec->name);
    free(spec->arn);
    free(spec->region);
    free(spec->version);
    free(spec);
}
