#include "io/timer.h"
