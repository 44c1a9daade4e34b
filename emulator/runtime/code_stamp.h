/* code_stamp.h - what a function's files look like: one number that changes when they do.
 *
 * Made of identity, size and time of the program, of the command's words that are files, and
 * of the sources that lie in the code folder or beside the handler. It is made before each
 * call, so it looks at no more than a few dozen files: deeper ones are found to have changed
 * when the environment is replaced for another reason.
 */
#ifndef HY_RUNTIME_CODE_STAMP_H
#define HY_RUNTIME_CODE_STAMP_H

#include <stdint.h>

struct hy_function;

uint64_t hy_code_stamp(const struct hy_function *function);

#endif
