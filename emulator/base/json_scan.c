#include "base/json_scan.h"
