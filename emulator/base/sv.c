#include "base/sv.h"
