#pragma once

/// Has the kernel kill this process when the one that started it ends; 0, or -1 and errno.
/// Where there is no such thing, the caller must notice its parent's end by itself.
int csystem_die_with_parent(void);

/// Gives this process the name that lists of processes show; the kernel keeps 15 characters.
void csystem_name_process(const char *name);

/// The exit code of a wait(2) status, or -1 if the process was killed.
int csystem_exit_code(int status);

/// The signal that ended the process of a wait(2) status, or 0 if it exited.
int csystem_termination_signal(int status);

#include <stdint.h>

/// A descriptor that stands for the process with this id and no other one, closed on exec (pidfd_open, Linux 5.3).
/// It becomes readable when the process has ended. -1 and errno on failure.
int csystem_open_process(int32_t pid);

/// Sends a signal to the process of such a descriptor; 0 only asks whether that is allowed. 0, or -1 and errno.
int csystem_signal_process(int process, int number);
