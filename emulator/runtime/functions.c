#include "runtime/functions.h"
