#include "services/firehose/firehose.h"
