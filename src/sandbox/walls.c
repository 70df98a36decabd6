/* SPDX-License-Identifier: MIT */
#include "sandbox/walls.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* <sys/mount.h> and <linux/mount.h> cannot both be had on older systems */
enum { BIND = 4096, RECURSIVE = 16384, PRIVATE = 1 << 18, DETACH = 2, NO_SUID_DEV = 2 | 4, NOBODY = 65534 };

static bool mount_at(const char *from, const char *to, const char *type, unsigned long flags, const char *data)
{
    return syscall(SYS_mount, from, to, type, flags, data) == 0;
}

static bool make_read_only(const char *path, bool recursive)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};
    return syscall(SYS_mount_setattr, AT_FDCWD, path, recursive ? AT_RECURSIVE : 0, &attr, sizeof attr) == 0;
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) close(fd);
    return ok;
}

/* Whoever changes its user cannot write its own /proc files any more, unless it says that it may be looked at. The C
 * library's calls would change all threads, which here are another process's. */
static bool become_nobody(void)
{
    return syscall(SYS_setgroups, 0, NULL) == 0 && syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) == 0 &&
           syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0;
}

/* As itself outside, as user 1000 inside: exec takes the capabilities away that it has while it builds. */
bool ink_walls_enter(const struct ink_walls *walls)
{
    char users[40], groups[40];
    if (walls->as_nobody && !become_nobody()) return false;
    snprintf(users, sizeof users, "1000 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof groups, "1000 %u 1", (unsigned)getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) == 0 && write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", users) && write_file("/proc/self/gid_map", groups) &&
           mount_at(NULL, "/", NULL, RECURSIVE | PRIVATE, NULL);
}

static bool make_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0) close(fd);
    return fd >= 0;
}

/* --- the new root, built in /tmp -------------------------------------------------------------------------------- */

/* The program's folder is where we are; what covers /tmp does not hide it. */
static bool show_task(const char *only)
{
    char to[64 + NAME_MAX];
    if (mkdir("/tmp/var", 0755) || mkdir("/tmp/var/task", 0755)) return false;
    if (!only)
        return mount_at(".", "/tmp/var/task", NULL, BIND | RECURSIVE, NULL) && make_read_only("/tmp/var/task", true);
    snprintf(to, sizeof to, "/tmp/var/task/%s", only);
    return make_file(to) && mount_at(only, to, NULL, BIND, NULL) && make_read_only(to, false);
}

/* A folder as it is, a link as the link that it is (/bin is one on most systems). What the host has not is left out. */
static bool show_host_folder(const char *path)
{
    char to[64], target[PATH_MAX];
    struct stat info;
    snprintf(to, sizeof to, "/tmp%s", path);
    if (lstat(path, &info)) return errno == ENOENT;
    if (!S_ISLNK(info.st_mode))
        return mkdir(to, 0755) == 0 && mount_at(path, to, NULL, BIND | RECURSIVE, NULL) && make_read_only(to, true);
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len < 0) return false;
    target[len] = '\0';
    return symlink(target, to) == 0;
}

/* Read-only; a device can be written all the same. */
static bool show_file(const char *from, const char *at)
{
    char to[64];
    snprintf(to, sizeof to, "/tmp%s", at);
    return make_file(to) && mount_at(from, to, NULL, BIND, NULL) && make_read_only(to, false);
}

static bool show_host(void)
{
    static const char *const folders[] = {"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (!show_host_folder(folders[i])) return false;
    if (mkdir("/tmp/dev", 0755) || mkdir("/tmp/proc", 0755) || mkdir("/tmp/proc/self", 0755)) return false;
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
        if (!show_file(devices[i], devices[i])) return false;
    return mount_at("/proc/self", "/tmp/proc/self", NULL, BIND, NULL);
}

/* What the host has not is left out. */
static bool show_names(bool host)
{
    static const char *const files[] = {"/etc/hosts", "/etc/resolv.conf"};
    if (mkdir("/tmp/etc", 0755)) return false;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (access(files[i], R_OK) == 0 && !show_file(files[i], files[i])) return false;
    return !host || show_host_folder("/etc/ssl");
}

static bool build(const struct ink_walls *walls)
{
    char tmp[40];
    snprintf(tmp, sizeof tmp, "mode=1777,size=%um", walls->tmp_mb);
    return mount_at("tmpfs", "/tmp", "tmpfs", NO_SUID_DEV, "mode=755,size=1m") && show_task(walls->only) &&
           (!walls->host || show_host()) && (!walls->names || show_names(walls->host)) &&
           (!walls->emulator || show_file(walls->emulator, INK_WALLS_EMULATOR)) && mkdir("/tmp/tmp", 0700) == 0 &&
           mount_at("tmpfs", "/tmp/tmp", "tmpfs", NO_SUID_DEV, tmp) && make_read_only("/tmp", false);
}

/* pivot_root(".", ".") puts the old root over the new one, from where it is taken away (pivot_root(2)). */
static bool move_in(void)
{
    return chdir("/tmp") == 0 && syscall(SYS_pivot_root, ".", ".") == 0 && syscall(SYS_umount2, ".", DETACH) == 0 &&
           chdir("/var/task") == 0;
}

bool ink_walls_raise(const struct ink_walls *walls)
{
    mode_t mask = umask(0);
    bool ok = build(walls) && move_in();
    umask(mask);
    return ok;
}

/* --- which ------------------------------------------------------------------------------------------------------ */

/* An ELF file that names no interpreter. */
static bool is_static(const char *program)
{
    Elf64_Ehdr head;
    int fd = open(program, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && pread(fd, &head, sizeof head, 0) == sizeof head &&
                memcmp(head.e_ident, ELFMAG, SELFMAG) == 0 && head.e_ident[EI_CLASS] == ELFCLASS64;
    for (unsigned i = 0; good && i < head.e_phnum; i++) {
        Elf64_Phdr part;
        off_t at = (off_t)(head.e_phoff + (uint64_t)i * sizeof part);
        good = pread(fd, &part, sizeof part, at) == sizeof part && part.p_type != PT_INTERP;
    }
    if (fd >= 0) close(fd);
    return good;
}

/* Beside this program lies what is not the function's. */
static bool beside_this_program(const char *folder)
{
    struct stat own, its;
    char self[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len <= 0) return false;
    self[len] = '\0';
    *strrchr(self, '/') = '\0';
    return stat(self, &own) == 0 && stat(folder, &its) == 0 && own.st_dev == its.st_dev && own.st_ino == its.st_ino;
}

static int try_in_children(const struct ink_walls *walls, const char *folder)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) { /* enters and has a child of its own raise them */
        pid_t inner = chdir(folder) == 0 && ink_walls_enter(walls) ? fork() : -1;
        if (inner < 0) _exit(errno);
        if (inner == 0) _exit(ink_walls_raise(walls) ? 0 : errno);
        while (waitpid(inner, &status, 0) < 0 && errno == EINTR) continue;
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN);
    }
    if (pid < 0) return errno;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
}

ink_status ink_walls_for(const char *program, const char *folder, struct ink_walls *walls, struct ink_error *err)
{
    bool alone = is_static(program);
    walls->host = !alone;
    walls->as_nobody = geteuid() == 0;
    walls->only = alone && beside_this_program(folder) ? strrchr(program, '/') + 1 : NULL;
    if (walls->tmp_mb == 0) walls->tmp_mb = INK_WALLS_TMP_MB;
    int code = try_in_children(walls, folder);
    if (code && walls->as_nobody) {
        walls->as_nobody = false;
        code = try_in_children(walls, folder);
    }
    walls->raised = code == 0;
    if (code == 0) return INK_OK;
    return ink_fail(err, INK_E_DENIED, "%s runs without walls, it sees the files that you see: no namespaces here (%s)",
                    program, strerror(code));
}
