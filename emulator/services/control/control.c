#include "services/control/control.h"
