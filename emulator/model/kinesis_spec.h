/* kinesis_spec.h - the endpoint that Kinesis data streams are read from. */
#ifndef HY_MODEL_KINESIS_SPEC_H
#define HY_MODEL_KINESIS_SPEC_H

struct hy_kinesis_spec {
    char *endpoint;   /* "http://127.0.0.1:4567"; NULL: none is configured */
    char *region;     /* NULL: that of the stream's ARN */
    char *access_key; /* NULL, as secret_key: any will do */
    char *secret_key;
};

#endif
