#pragma once

// Children that do one thing that may never come back, such as a write that sleeps in a driver. They are made with fork and
// call nothing that is not safe after it in a process with threads.

#include <stddef.h>

/// A child that, in a process group of its own, writes `text` into the existing regular file `path` and ends; its exit code is 0 or the errno of what failed.
/// Returns its pid, or -1 and errno.
///
/// `path` lies below the directory `root`, names no symlink and no "..", and none is followed: a link or ".." on the way is
/// ELOOP.
int csystem_start_write(int root, const char *path, const char *text, size_t count);

/// Closes every descriptor from `first` on: what a process was given without need by the one that started it.
void csystem_close_from(int first);

/// A program to start inside another root directory.
struct csystem_program {
    /// The root to enter (chroot) before; NULL or "/" for none.
    const char *root;
    /// The program's file, seen from that root.
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// Its standard output and standard error; standard input is /dev/null.
    int output;
    /// Where an int is written when the program could not be started: the errno. Closed when it runs.
    int failure;
};

/// Starts it in a process group of its own; returns its pid, or -1 and errno.
int csystem_start_program(const struct csystem_program *program);
