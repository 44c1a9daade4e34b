#include "pipeline/stream/registry.h"
