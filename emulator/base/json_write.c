#include "base/json_write.h"
