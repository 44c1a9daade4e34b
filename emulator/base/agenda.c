#include "base/agenda.h"
