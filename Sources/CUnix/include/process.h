#pragma once

/// Has the kernel kill this process when the one that started it ends; 0, or -1 and errno.
/// Where there is no such thing, the caller must notice its parent's end by itself.
int csystem_die_with_parent(void);

/// The exit code of a wait(2) status, or -1 if the process was killed.
int csystem_exit_code(int status);

/// The signal that ended the process of a wait(2) status, or 0 if it exited.
int csystem_termination_signal(int status);
