#include "io/process.h"
