#include "pipeline/stream/stream.h"
