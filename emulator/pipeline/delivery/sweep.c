#define HASH_NONFATAL_OOM 1 /* an element that found no memory has no table */

#include "pipeline/delivery/sweep.h"

#include "bucket/bucket.h"
#include "store/ledger.h"

#include <uthash.h>

#include <stdlib.h>

struct name {
    UT_hash_handle hh;
    char *text;
};

struct sweep {
    struct hy_pipeline_env *env;
    struct name *names; /* of temporaries that are in the ledger */
    enum hy_code code;  /* the first failure */
};

static enum hy_code add_name(struct sweep *sweep, hy_sv text)
{
    struct name *name;
    HASH_FIND(hh, sweep->names, text.ptr, text.len, name);
    if (name != NULL) {
        return HY_OK;
    }
    name = calloc(1, sizeof *name);
    if (name == NULL) {
        return HY_NO_MEMORY;
    }
    name->text = hy_sv_dup(text);
    if (name->text != NULL) {
        HASH_ADD_KEYPTR(hh, sweep->names, name->text, text.len, name);
    }
    if (name->hh.tbl == NULL) {
        free(name->text);
        free(name);
        return HY_NO_MEMORY;
    }
    return HY_OK;
}

static void on_delivery(void *ctx, const struct hy_ledger_delivery *row)
{
    struct sweep *sweep = ctx;
    if (sweep->code == HY_OK && row->temporary.len > 0) {
        sweep->code = add_name(sweep, row->temporary);
    }
}

static void on_stream(void *ctx, const struct hy_ledger_stream *row)
{
    struct sweep *sweep = ctx;
    if (sweep->code == HY_OK) {
        const enum hy_code code =
            hy_ledger_load_deliveries(sweep->env->ledger, row->id, on_delivery, sweep);
        sweep->code = sweep->code == HY_OK ? code : sweep->code;
    }
}

static bool is_known(void *ctx, hy_sv text)
{
    const struct sweep *sweep = ctx;
    const struct name *name;
    HASH_FIND(hh, sweep->names, text.ptr, text.len, name);
    return name != NULL;
}

static void forget(struct sweep *sweep)
{
    struct name *name, *next;
    HASH_ITER(hh, sweep->names, name, next)
    {
        HASH_DEL(sweep->names, name);
        free(name->text);
        free(name);
    }
}

enum hy_code hy_delivery_sweep(struct hy_pipeline_env *env)
{
    struct sweep sweep = { .env = env };
    enum hy_code code = hy_ledger_load_streams(env->ledger, on_stream, &sweep);
    if (code == HY_OK) {
        code = sweep.code;
    }
    if (code == HY_OK) {
        hy_temporaries_sweep(env->buckets, is_known, &sweep);
    }
    forget(&sweep);
    return code;
}
