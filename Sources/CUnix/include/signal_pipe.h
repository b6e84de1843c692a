#pragma once

/// From now on each of the `count` signals, instead of ending the process, writes its number as one byte into a pipe.
/// Returns the pipe's read end (closed on exec), or -1 and errno. To be called once in a process.
int csystem_signal_pipe(const int *signals, int count);
