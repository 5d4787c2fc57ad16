// Normalisation of images into a batch in tfjs's memory.
#include "shared/normalize.h"
