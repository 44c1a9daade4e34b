/* test.h - cmocka with what it wants included before it, and the size of a table. */
#ifndef HY_TESTS_SUPPORT_TEST_H
#define HY_TESTS_SUPPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

#endif
