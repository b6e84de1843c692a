// The part of NVML's C interface that this project calls or simulates.
//
// Written from the binary interface (names, offsets, sizes, version words), for LP64 little-endian machines. The names
// are NVML's own, so that its documentation applies. A test compares every layout with the vendor's headers.
//
// Nothing here is linked: the functions are looked up at run time, one by one.

#ifndef CNVML_H
#define CNVML_H

#include "CNVMLConstants.h"
#include "CNVMLFields.h"
#include "CNVMLFunctions.h"
#include "CNVMLTypes.h"

#endif
