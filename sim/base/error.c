#include <rcusim/error.h>

G_DEFINE_QUARK(rcusim - error - quark, rcusim_error)
