#include "model/function_spec.h"
