#define _GNU_SOURCE  // dl_iterate_phdr
#include "include/CUnix.h"

#ifdef __GLIBC__
#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static const ElfW(Dyn) *dynamic_section(const struct dl_phdr_info *program) {
    for (int i = 0; i < program->dlpi_phnum; i++)
        if (program->dlpi_phdr[i].p_type == PT_DYNAMIC)
            return (const ElfW(Dyn) *)(program->dlpi_addr + program->dlpi_phdr[i].p_vaddr);
    return NULL;
}

// The program itself comes first, and nothing else is looked at.
static int release_relocations_of(struct dl_phdr_info *program, size_t size, void *context) {
    (void)size;
    (void)context;
    uintptr_t table = 0, length = 0, page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (const ElfW(Dyn) *entry = dynamic_section(program); entry && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_RELA) table = entry->d_un.d_ptr;
        if (entry->d_tag == DT_RELASZ) length = entry->d_un.d_val;
    }
    // The loader has put the address in memory in the place of that in the file, where the section can be written.
    if (table && table < program->dlpi_addr) table += program->dlpi_addr;
    uintptr_t start = (table + page - 1) & ~(page - 1), end = (table + length) & ~(page - 1);
    if (table && start < end) madvise((void *)start, end - start, MADV_DONTNEED);
    return 1;
}

void csystem_release_relocations(void) { dl_iterate_phdr(release_relocations_of, NULL); }

void csystem_release_memory(void) {
    csystem_release_relocations();
    malloc_trim(0);
}
#else
void csystem_release_relocations(void) {}
void csystem_release_memory(void) {}
#endif
