#include "base/seqset.h"
