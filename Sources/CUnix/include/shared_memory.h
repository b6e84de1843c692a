#pragma once

#include <stdint.h>

/// An anonymous file in memory that other processes may map; -1 and errno on failure. Closed on exec.
int csystem_anonymous_file(const char *name);

/// Reads a word that another process may be writing; everything it wrote before is visible afterwards.
static inline uint32_t csystem_load_acquire(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

/// Writes a word for another process to read; everything written before is visible to who sees it.
static inline void csystem_store_release(uint32_t *word, uint32_t value) {
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}
