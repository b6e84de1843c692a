// Clocks, CPU times, memory and percentiles for the programs of the benchmark.

#ifndef MEASURING_H
#define MEASURING_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct distribution {
    double p50, p99, least;
};

// Ends the program with a message.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Monotonic time.
double now_seconds(void);

// CPU time of this process.
double own_cpu_seconds(void);

// Room for so many times, touched in advance so that measuring does not fault pages in.
double *allocate_times(size_t count);

// Sorts the times.
struct distribution distribution_of(double *times, size_t count);

// CPU time of another process, all its threads, to the nanosecond (from schedstat).
double cpu_seconds_of(pid_t pid);

// The only child of a process; 0 if it has none.
pid_t child_of(pid_t pid);

// Memory of a process in KiB: its own and its share of what it shares (PSS).
long pss_kib_of(pid_t pid);

// The most memory that a process ever had resident, in KiB, with what it shares (VmHWM).
long peak_resident_kib_of(pid_t pid);

#endif
