#include "services/refusal.h"
