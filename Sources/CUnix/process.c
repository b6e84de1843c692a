#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

int csystem_die_with_parent(void) {
#ifdef __linux__
    return prctl(PR_SET_PDEATHSIG, SIGKILL);
#else
    return 0;
#endif
}

void csystem_name_process(const char *name) {
#ifdef __linux__
    prctl(PR_SET_NAME, name);
#else
    (void)name;
#endif
}

int csystem_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int csystem_termination_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

// The numbers are the same on all processors: an older C library has no names for them.
int csystem_open_process(int32_t pid) {
#ifdef __linux__
    return (int)syscall(434 /* pidfd_open */, pid, 0);
#else
    (void)pid;
    errno = ENOSYS;
    return -1;
#endif
}

int csystem_signal_process(int process, int number) {
#ifdef __linux__
    return (int)syscall(424 /* pidfd_send_signal */, process, number, NULL, 0);
#else
    (void)process, (void)number;
    errno = ENOSYS;
    return -1;
#endif
}
