#include "process.h"

#include <signal.h>
#include <sys/wait.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

int csystem_die_with_parent(void) {
#ifdef __linux__
    return prctl(PR_SET_PDEATHSIG, SIGKILL);
#else
    return 0;
#endif
}

int csystem_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int csystem_termination_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
