/* sweep.h - temporary files that a crash has left, and that no delivery in the ledger has. */
#ifndef HY_PIPELINE_DELIVERY_SWEEP_H
#define HY_PIPELINE_DELIVERY_SWEEP_H

#include "pipeline/pipeline.h"

/* Deletes them. At start, before any stream is opened: from then on there are new ones, which
 * are nobody's in the ledger yet. Blocks. HY_NO_MEMORY, HY_IO: nothing was deleted. */
HY_MUST_CHECK
enum hy_code hy_delivery_sweep(struct hy_pipeline_env *env);

#endif
