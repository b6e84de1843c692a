#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include "process.h"

#ifdef O_PATH
enum { step_flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
#else
enum { step_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
#endif

/// Closes every descriptor from `first` on but `kept`: a child that never ends must not hold the agent's pipes open.
static void close_others(int first, int kept) {
#if defined(__linux__) && defined(SYS_close_range)
    int failed = 0;
    if (kept > first) { failed |= syscall(SYS_close_range, first, kept - 1, 0) != 0; }
    failed |= syscall(SYS_close_range, kept >= first ? kept + 1 : first, ~0u, 0) != 0;
    if (!failed) { return; }
#endif
    for (int descriptor = first; descriptor < 4096; descriptor++) {
        if (descriptor != kept) { close(descriptor); }
    }
}

void csystem_close_from(int first) { close_others(first, -1); }

/// Opens a file for writing, name by name, and follows no link.
static int open_step_by_step(int root, const char *path) {
    char name[NAME_MAX + 1];
    int directory = root;
    for (;;) {
        while (*path == '/') { path++; }
        size_t length = strcspn(path, "/");
        if (length == 0 || length > NAME_MAX) { return errno = ENAMETOOLONG, -1; }
        memcpy(name, path, length);
        name[length] = 0;
        if (strcmp(name, "..") == 0) { return errno = ELOOP, -1; }
        path += length;
        int is_last = path[strspn(path, "/")] == 0;
        int next = openat(directory, name, is_last ? O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC : step_flags);
        if (directory != root) { close(directory); }
        // A symlink where a directory was asked for gives ENOTDIR.
        if (next < 0 || is_last) { return next; }
        directory = next;
    }
}

static int write_file(int root, const char *path, const char *text, size_t count) {
    int file = open_step_by_step(root, path);
    if (file < 0) { return errno; }
    struct stat status;
    if (fstat(file, &status) != 0) { return errno; }
    if (!S_ISREG(status.st_mode)) { return EINVAL; }
    ssize_t written = write(file, text, count);
    if (written < 0) { return errno; }
    if ((size_t)written != count) { return EIO; }
    return close(file) == 0 ? 0 : errno;
}

int csystem_start_write(int root, const char *path, const char *text, size_t count) {
    pid_t pid = fork();
    if (pid != 0) { return pid; }
    // Ctrl-C goes to the whole group of a terminal, and must not reach a write that has begun.
    setpgid(0, 0);
    close_others(0, root);
    int code = write_file(root, path, text, count);
    _exit(code > 0 && code < 255 ? code : code == 0 ? 0 : 255);
}

/// Gives signals back what the agent took: an ignored SIGPIPE would be inherited.
static void reset_signals(void) {
    for (int number = 1; number < 32; number++) { signal(number, SIG_DFL); }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int become(const struct csystem_program *program) {
    setpgid(0, 0);
    reset_signals();
    if (program->root && strcmp(program->root, "/") != 0) {
        if (chroot(program->root) != 0) { return errno; }
    }
    if (chdir("/") != 0) { return errno; }
    int null = open("/dev/null", O_RDONLY);
    if (null > 0) { dup2(null, 0); }
    if (null < 0) { close(0); }
    if (dup2(program->output, 1) < 0 || dup2(program->output, 2) < 0) { return errno; }
    close_others(3, program->failure);
    execve(program->path, program->arguments, program->environment);
    return errno;
}

int csystem_start_program(const struct csystem_program *program) {
    pid_t pid = fork();
    if (pid != 0) { return pid; }
    int code = become(program);
    ssize_t written = write(program->failure, &code, sizeof code);
    _exit(written == (ssize_t)sizeof code ? 127 : 126);
}
