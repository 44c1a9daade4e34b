#include "bucket/key.h"
