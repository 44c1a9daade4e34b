/* md5.h - MD5 (RFC 1321), for formats that carry it as a checksum. Never for security. */
#ifndef HY_BASE_MD5_H
#define HY_BASE_MD5_H

#include "base/sv.h"

enum { HY_MD5_BYTES = 16 };

void hy_md5(hy_sv bytes, unsigned char out[HY_MD5_BYTES]);

#endif
