#include "http/front.h"
