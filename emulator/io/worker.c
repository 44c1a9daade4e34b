#include "io/worker.h"
