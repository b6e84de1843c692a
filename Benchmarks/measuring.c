#include "measuring.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static double clock_seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

double now_seconds(void) { return clock_seconds(CLOCK_MONOTONIC); }

double own_cpu_seconds(void) { return clock_seconds(CLOCK_PROCESS_CPUTIME_ID); }

double *allocate_times(size_t count) {
    double *times = malloc((count + 1) * sizeof *times);
    if (!times) fail("out of memory");
    memset(times, 1, (count + 1) * sizeof *times);
    return times;
}

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

struct distribution distribution_of(double *times, size_t count) {
    if (!count) return (struct distribution){0, 0, 0};
    qsort(times, count, sizeof *times, compare);
    return (struct distribution){times[count / 2], times[count * 99 / 100], times[0]};
}

double cpu_seconds_of(pid_t pid) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads) return 0;
    double total = 0;
    for (struct dirent *entry; (entry = readdir(threads));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, entry->d_name);
        FILE *file = fopen(path, "r");
        unsigned long long nanoseconds = 0;
        if (file && fscanf(file, "%llu", &nanoseconds) == 1) total += (double)nanoseconds * 1e-9;
        if (file) fclose(file);
    }
    closedir(threads);
    return total;
}

pid_t child_of(pid_t pid) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads) return 0;
    int child = 0;
    for (struct dirent *entry; !child && (entry = readdir(threads));) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", pid, entry->d_name);
        FILE *file = fopen(path, "r");
        if (file && fscanf(file, "%d", &child) != 1) child = 0;
        if (file) fclose(file);
    }
    closedir(threads);
    return child;
}

// The number of a line such as `Pss:   12 kB` in a file of /proc/<pid>.
static long kib_of(pid_t pid, const char *file_name, const char *format) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, file_name);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    long kib = 0;
    while (fgets(line, sizeof line, file) && sscanf(line, format, &kib) != 1) continue;
    fclose(file);
    return kib;
}

long pss_kib_of(pid_t pid) { return kib_of(pid, "smaps_rollup", "Pss: %ld kB"); }

long peak_resident_kib_of(pid_t pid) { return kib_of(pid, "status", "VmHWM: %ld kB"); }
