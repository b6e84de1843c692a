#include "include/CUnix.h"

#if defined(__GLIBC__)
#include <malloc.h>

void csystem_release_memory(void) { malloc_trim(0); }
#else
void csystem_release_memory(void) {}
#endif
