#include "bucket/bucket.h"
