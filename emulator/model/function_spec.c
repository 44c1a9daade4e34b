#include "model/function_spec.h"

#include <stdlib.h>

enum { TIMEOUT_S_DEFAULT = 3, MEMORY_MIB_DEFAULT = 128 };

struct hy_function_spec *hy_function_spec_create(hy_sv name)
{
    struct hy_function_spec *spec = calloc(1, sizeof *spec);
    if (spec == NULL) {
        return NULL;
    }
    spec->name = hy_sv_dup(name);
    spec->timeout_s = TIMEOUT_S_DEFAULT;
    spec->memory_mib = MEMORY_MIB_DEFAULT;
    if (spec->name == NULL) {
        hy_function_spec_destroy(spec);
        return NULL;
    }
    return spec;
}

static void free_list(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        free(texts[i]);
    }
    free(texts);
}

void hy_function_spec_destroy(struct hy_function_spec *spec)
{
    if (spec == NULL) {
        return;
    }
    free(spec->name);
    free(spec->runtime);
    free(spec->handler);
    free(spec->code);
    free(spec->url);
    free_list(spec->command);
    free_list(spec->environment);
    free(spec);
}
