#include "model/stream_spec.h"
