/* shape_table.h - the words that the tables of shapes are written in; for shapes*.c only. */
#ifndef HY_SERVICES_FIREHOSE_SHAPE_TABLE_H
#define HY_SERVICES_FIREHOSE_SHAPE_TABLE_H

#include "services/firehose/shape.h"

#define NO_MIN HY_SHAPE_NO_MIN
#define NO_MAX HY_SHAPE_NO_MAX
#define REQUIRED true
#define OPTIONAL false

#define SHAPE(...) (&(const struct hy_shape){ __VA_ARGS__ })
#define TEXT(least, most, pattern_) \
    SHAPE(.kind = HY_SHAPE_STRING, .min = (least), .max = (most), .pattern = (pattern_))
#define ENUM(...) \
    SHAPE(.kind = HY_SHAPE_STRING, .min = NO_MIN, .max = NO_MAX, \
          .values = (const char *const[]){ __VA_ARGS__, NULL })
#define INTEGER(least, most) SHAPE(.kind = HY_SHAPE_INTEGER, .min = (least), .max = (most))
#define NUMBER(least, most) SHAPE(.kind = HY_SHAPE_DOUBLE, .min = (least), .max = (most))
#define BLOB(least, most) SHAPE(.kind = HY_SHAPE_BLOB, .min = (least), .max = (most))
#define BOOLEAN SHAPE(.kind = HY_SHAPE_BOOLEAN, .min = NO_MIN, .max = NO_MAX)
#define TIMESTAMP SHAPE(.kind = HY_SHAPE_TIMESTAMP, .min = NO_MIN, .max = NO_MAX)
#define LIST(element_, least, most) \
    SHAPE(.kind = HY_SHAPE_LIST, .min = (least), .max = (most), .element = (element_))
#define MAP(key_, value) \
    SHAPE(.kind = HY_SHAPE_MAP, .min = NO_MIN, .max = NO_MAX, .key = (key_), .element = (value))
#define STRUCTURE_OF(table) \
    { .kind = HY_SHAPE_STRUCTURE, .min = NO_MIN, .max = NO_MAX, .members = (table), \
      .member_count = sizeof(table) / sizeof(table)[0] }
#define STRUCTURE(table) (&(const struct hy_shape)STRUCTURE_OF(table))

#endif
