// The first floor: a program in C that makes the agent's NVML calls on the same library, and nothing else.
//
//   nvml_floor LIBRARY inventory|telemetry REPETITIONS
//
// Prints the median and the 99th percentile of one request, and its CPU time, as JSON.

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measuring.h"
#include "nvml_calls.h"

// A pointer to each function of the lists. One that is listed twice is declared twice, which C allows.
#define ASK(name, ...) static pfn_##name bound_##name;
CALLS_PER_REQUEST CALLS_PER_GPU CALLS_FOR_INVENTORY CALLS_FOR_TELEMETRY
#undef ASK

static void *bind_function(void *library, const char *name) {
    void *address = dlsym(library, name);
    if (!address) fail("the library has no %s", name);
    return address;
}

static void bind_all(void *library) {
#define ASK(name, ...) bound_##name = (pfn_##name)bind_function(library, #name);
    CALLS_PER_REQUEST CALLS_PER_GPU CALLS_FOR_INVENTORY CALLS_FOR_TELEMETRY
#undef ASK
}

// One request; returns the number of GPUs.
static unsigned run_request(bool for_inventory) {
    char text[256];
    int number, second;
    unsigned count = 0, word, other;
    unsigned long long wide;
    nvmlDevice_t gpu;
    nvmlPciInfo_t pci;
    nvmlMemory_v2_t memory = {.version = nvmlMemory_v2};
    nvmlBAR1Memory_t bar1;
    nvmlUtilization_t utilization;
    nvmlTemperature_v1_t temperature = {.version = nvmlTemperature_v1};
    nvmlMarginTemperature_v1_t margin = {.version = nvmlMarginTemperature_v1};
    nvmlFieldValue_t link_count[1] = {{.fieldId = 91}}, memory_temperature[1] = {{.fieldId = 82}}, limiters[6];
    memset(limiters, 0, sizeof limiters);
    for (unsigned field = 0; field < 6; field++) limiters[field].fieldId = 74 + field;
#define ASK(name, ...) bound_##name(__VA_ARGS__);
    CALLS_PER_REQUEST
    for (unsigned index = 0; index < count; index++) {
        CALLS_PER_GPU
        if (for_inventory) {
            CALLS_FOR_INVENTORY
        } else {
            CALLS_FOR_TELEMETRY
        }
    }
#undef ASK
    return count;
}

int main(int argc, char **argv) {
    if (argc != 4) fail("usage: nvml_floor LIBRARY inventory|telemetry REPETITIONS");
    bool for_inventory = strcmp(argv[2], "inventory") == 0;
    size_t repetitions = strtoul(argv[3], NULL, 10);
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) fail("%s", dlerror());
    bind_all(library);
    pfn_nvmlInit_v2 start = (pfn_nvmlInit_v2)bind_function(library, "nvmlInit_v2");
    nvmlReturn_t code = start();
    if (code) fail("nvmlInit_v2 answers %d", (int)code);

    unsigned gpus = 0;
    double *times = allocate_times(repetitions);
    for (size_t i = 0; i < repetitions / 10; i++) run_request(for_inventory);
    double cpu = own_cpu_seconds();
    for (size_t i = 0; i < repetitions; i++) {
        double begin = now_seconds();
        gpus = run_request(for_inventory);
        times[i] = now_seconds() - begin;
    }
    cpu = own_cpu_seconds() - cpu;
    struct distribution d = distribution_of(times, repetitions);
    printf("{\"gpus\":%u,\"p50_us\":%.3f,\"p99_us\":%.3f,\"cpu_us\":%.3f}\n", gpus, d.p50 * 1e6, d.p99 * 1e6,
        cpu * 1e6 / (double)(repetitions ? repetitions : 1));
    ((pfn_nvmlShutdown)bind_function(library, "nvmlShutdown"))();
    return 0;
}
