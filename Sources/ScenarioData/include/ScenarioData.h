// Files that are compiled in: what GPU models have in common, and the built-in scenarios.

#ifndef SCENARIO_DATA_H
#define SCENARIO_DATA_H

#include <stddef.h>

typedef struct {
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t size;
} EmbeddedFile;

// The GPU models, and how many there are.
const EmbeddedFile *_Nonnull embedded_models(size_t *_Nonnull count);

// The built-in scenarios in the order in which people see them, and how many there are.
const EmbeddedFile *_Nonnull embedded_scenarios(size_t *_Nonnull count);

#endif
