#include "wire/json11.h"
