#pragma once

/// pipe(2) whose two ends are closed on exec from their first moment on: another thread may start a program at any time, and
/// a stray copy of a write end would keep the reader from ever seeing the end.
/// Returns 0, or -1 and errno. `ends` has room for the read end and the write end.
int csystem_pipe(int *ends);
