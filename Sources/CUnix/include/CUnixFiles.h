#pragma once

// Opening, listing and describing files below a directory that need not be trusted.

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#ifndef O_PATH  // hidden without _GNU_SOURCE; the same number on x86-64 and arm64
#define O_PATH 010000000
#endif
#endif

/// What stat(2) tells of a file, with device numbers already taken apart.
struct csystem_status {
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
    uint32_t major;
    uint32_t minor;
    int64_t size;
};

/// Opens `path` with every symlink, absolute ones and ".." included, resolved below `root` (openat2, Linux 5.6).
/// Returns -1 with ENOSYS where the kernel does not have the call.
static inline int csystem_open_in_root(int root, const char *path, int flags) {
#if defined(__linux__)
    struct {
        uint64_t flags, mode, resolve;
    } how = {(uint64_t)(unsigned)flags, 0, 0x10 /* RESOLVE_IN_ROOT */};
    int descriptor = -1;
    // EAGAIN: a rename went on meanwhile and the kernel could not prove that ".." stayed inside.
    for (int attempt = 0; attempt < 8; attempt++) {
        descriptor = (int)syscall(437 /* openat2 */, root, path, &how, sizeof how);
        if (descriptor >= 0 || (errno != EAGAIN && errno != EINTR)) { break; }
    }
    return descriptor;
#else
    (void)root, (void)path, (void)flags;
    errno = ENOSYS;
    return -1;
#endif
}

/// Opens `name` in `directory` only to speak of it (O_PATH): no device is touched, a symlink is not followed.
static inline int csystem_open_handle(int directory, const char *name) {
#if defined(__linux__)
    return openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
#else
    return openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
#endif
}

/// The flag of `csystem_open_in_root` that opens a file only to speak of it.
static inline int csystem_handle_flags(void) {
#if defined(__linux__)
    return O_PATH | O_CLOEXEC;
#else
    return O_RDONLY | O_NONBLOCK | O_CLOEXEC;
#endif
}

static inline void csystem_take_status(const struct stat *status, struct csystem_status *result) {
    result->mode = status->st_mode;
    result->uid = status->st_uid;
    result->gid = status->st_gid;
    result->size = status->st_size;
    result->major = (uint32_t)major(status->st_rdev);
    result->minor = (uint32_t)minor(status->st_rdev);
}

/// fstat(2) on any descriptor, a handle included.
static inline int csystem_status_of(int descriptor, struct csystem_status *result) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) { return -1; }
    csystem_take_status(&status, result);
    return 0;
}

/// stat(2) on `name` in `directory` (AT_FDCWD for a whole path), symlinks followed, those of /proc/<pid>/fd too.
static inline int csystem_status_at(int directory, const char *name, struct csystem_status *result) {
    struct stat status;
    if (fstatat(directory, name, &status, 0) != 0) { return -1; }
    csystem_take_status(&status, result);
    return 0;
}

/// 1 where the descriptor is of a file of /proc, whose links lead to open files and not to their paths; else 0.
static inline int csystem_is_proc(int descriptor) {
#if defined(__linux__)
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 && status.f_type == 0x9fa0 /* PROC_SUPER_MAGIC */;
#else
    (void)descriptor;
    return 0;
#endif
}

/// 1 where `path` is a mounted proc or sysfs (statfs(2)), else 0.
static inline int csystem_is_kernel_file_system(const char *path) {
#if defined(__linux__)
    struct statfs status;
    if (statfs(path, &status) != 0) { return 0; }
    return status.f_type == 0x9fa0 /* PROC_SUPER_MAGIC */ || status.f_type == 0x62656572 /* SYSFS_MAGIC */;
#else
    (void)path;
    return 0;
#endif
}

/// Fills `buffer` with directory records (getdents64): 0 at the end, -1 on errors.
static inline long csystem_directory_records(int descriptor, void *buffer, size_t size) {
#if defined(__linux__)
    return syscall(SYS_getdents64, descriptor, buffer, size);
#else
    (void)descriptor, (void)buffer, (void)size;
    errno = ENOSYS;
    return -1;
#endif
}

/// Where a directory record of the kernel (struct linux_dirent64, getdents64(2)) has its 16-bit length and its name.
enum { csystem_record_length_offset = 16, csystem_record_name_offset = 19 };

#if defined(__linux__) && !defined(_GNU_SOURCE)
void *memmem(const void *, size_t, const void *, size_t);
#endif

/// Where `part` first stands in `bytes`, or -1 (memmem).
static inline long csystem_find(const void *bytes, size_t count, const void *part, size_t part_count) {
    if (bytes == NULL || part == NULL) { return -1; }
    const void *found = memmem(bytes, count, part, part_count);
    return found ? (long)((const char *)found - (const char *)bytes) : -1;
}
