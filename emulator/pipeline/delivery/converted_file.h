/* converted_file.h - an object's records through convert/ into its file. Runs on a pool thread.
 *
 * Records that cannot be converted do not fail the object: their error lines are gathered, with
 * the numbers of what they settle, and delivery/ makes a parcel of its own of them.
 */
#ifndef HY_PIPELINE_DELIVERY_CONVERTED_FILE_H
#define HY_PIPELINE_DELIVERY_CONVERTED_FILE_H

#include "base/seqset.h"
#include "pipeline/delivery/object_file.h"

/* Fills `fd`, sets file->stored_bytes and file->converted. */
HY_MUST_CHECK
enum hy_code hy_converted_file_write(struct hy_object_file *file, int fd);

void hy_converted_finish(struct hy_converted *converted); /* fine when zeroed */

#endif
