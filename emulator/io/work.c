#include "io/work.h"
