#include "services/service.h"
