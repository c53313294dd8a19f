/*
 * A disk as it may be. Stands between one program and the C library (LD_PRELOAD), and does to files below one folder what a
 * file says that CANHDEM_TEST_DISK names: one line, read again at each call. Without the file all is as ever.
 *
 *   delay MILLISECONDS FOLDER   syncs take so much longer, as with a device that is slow (dm-delay)
 *   read-only - FOLDER          nothing can be changed any more, as after an error of the file system
 *   fail-sync - FOLDER          syncs fail
 *   hang THREAD FOLDER          the first sync of that thread never comes back; the file is removed then
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct rule {
  char kind[32], value[32], folder[4096];
};

static int read_rule(struct rule *rule) {
  const char *file = getenv("CANHDEM_TEST_DISK");
  char text[4200];
  if (file == NULL) return 0;
  int fd = (int)syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return 0;
  text[length] = 0;
  return sscanf(text, "%31s %31s %4095[^\n]", rule->kind, rule->value, rule->folder) == 3;
}

static int is_below(const struct rule *rule, const char *path) {
  size_t length = strlen(rule->folder);
  return strncmp(path, rule->folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

static int concerns_file(const struct rule *rule, int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(rule, path);
}

/* Whether a change is refused. */
static int refuses_path(const char *path) {
  int before = errno;
  struct rule rule;
  int refused = read_rule(&rule) && strcmp(rule.kind, "read-only") == 0 && is_below(&rule, path);
  errno = refused ? EROFS : before;
  return refused;
}

static int refuses_file(int fd) {
  int before = errno;
  struct rule rule;
  int refused = read_rule(&rule) && strcmp(rule.kind, "read-only") == 0 && concerns_file(&rule, fd);
  errno = refused ? EROFS : before;
  return refused;
}

/* Waits, or does not come back. True if the sync fails. */
static int before_sync(int fd) {
  int before = errno;
  struct rule rule;
  char thread[32] = "";
  errno = before;
  if (!read_rule(&rule) || !concerns_file(&rule, fd)) return errno = before, 0;
  if (strcmp(rule.kind, "fail-sync") == 0) return errno = EIO, 1;
  if (strcmp(rule.kind, "delay") == 0) {
    long ms = atol(rule.value);
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&time, &time) != 0 && errno == EINTR) continue;
  }
  prctl(PR_GET_NAME, thread);
  if (strcmp(rule.kind, "hang") == 0 && strcmp(rule.value, thread) == 0) {
    syscall(SYS_unlinkat, AT_FDCWD, getenv("CANHDEM_TEST_DISK"), 0);
    for (;;) pause();
  }
  return errno = before, 0;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) { return before_sync(fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return before_sync(fd) ? -1 : REAL(fdatasync)(fd); }

ssize_t write(int fd, const void *bytes, size_t length) { return refuses_file(fd) ? -1 : REAL(write)(fd, bytes, length); }

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  return refuses_file(fd) ? -1 : REAL(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  return refuses_file(fd) ? -1 : REAL(pwrite64)(fd, bytes, length, at);
}

int ftruncate(int fd, off_t length) { return refuses_file(fd) ? -1 : REAL(ftruncate)(fd, length); }
int ftruncate64(int fd, off64_t length) { return refuses_file(fd) ? -1 : REAL(ftruncate64)(fd, length); }
int unlink(const char *path) { return refuses_path(path) ? -1 : REAL(unlink)(path); }
int rmdir(const char *path) { return refuses_path(path) ? -1 : REAL(rmdir)(path); }
int mkdir(const char *path, mode_t mode) { return refuses_path(path) ? -1 : REAL(mkdir)(path, mode); }
int rename(const char *from, const char *to) { return refuses_path(to) ? -1 : REAL(rename)(from, to); }

#define OPEN(name)                                              \
  int name(const char *path, int flags, ...) {                  \
    va_list rest;                                               \
    va_start(rest, flags);                                      \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                               \
    int changes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC); \
    return changes && refuses_path(path) ? -1 : REAL(name)(path, flags, mode); \
  }

OPEN(open)
OPEN(open64)
