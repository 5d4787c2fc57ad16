// Normalisation of images that pass through the image kernels' memory.
#include "shared/normalize.h"
