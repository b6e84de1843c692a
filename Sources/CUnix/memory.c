#define _GNU_SOURCE
#include "include/CUnix.h"

#if defined(__GLIBC__)
#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void csystem_release_memory(void) { malloc_trim(0); }

static void unmap_pages(uintptr_t start, uintptr_t size, uintptr_t page) {
    uintptr_t first = (start + page - 1) & ~(page - 1);
    uintptr_t end = (start + size) & ~(page - 1);
    // Refused for the kernel's own mappings, which is as good.
    if (end > first) madvise((void *)first, end - first, MADV_DONTNEED);
}

static int release_image(struct dl_phdr_info *image, size_t size, void *page) {
    (void)size;
    for (int index = 0; index < image->dlpi_phnum; index++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[index];
        // What can be written may differ from the file, and would be lost.
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        unmap_pages(image->dlpi_addr + segment->p_vaddr, segment->p_memsz, *(uintptr_t *)page);
    }
    return 0;
}

void csystem_release_start_up(void) {
    csystem_release_memory();
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(release_image, &page);
}
#else
void csystem_release_memory(void) {}
void csystem_release_start_up(void) {}
#endif
