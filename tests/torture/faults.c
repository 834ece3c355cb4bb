/* Loaded before the C library: fails, or ends the process at, one of its calls that touch files. Calls of all processes that
 * share the counter are counted together. Not armed, it only counts. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

typedef struct {
  int64_t calls;   /* so far */
  int64_t at;      /* which call fails; 0: none */
  int64_t how;     /* errno, or 0: the process is killed */
  int64_t on;      /* which calls are counted: 0 none, 1 all, 2 those that write */
  int64_t done;    /* how many were failed */
  char name[32];   /* of the last that was failed */
} state_t;

static state_t *state;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("ESPALIER_TORTURE");
  if (path == NULL) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof(state_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (shared != MAP_FAILED) state = shared;
}

/* Whether this call is the one that fails; errno is set. */
static int fails(const char *name, int writes) {
  if (state == NULL || !state->on || (state->on == 2 && !writes)) return 0;
  if (__sync_add_and_fetch(&state->calls, 1) != state->at) return 0;
  state->done++;
  strncpy(state->name, name, sizeof state->name - 1);
  if (state->how == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = (int)state->how;
  return 1;
}

#define FAIL(type, name, parameters, arguments) \
  type name parameters { \
    static type(*real) parameters; \
    if (real == NULL) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
    if (fails(#name, strcmp(#name, "read") != 0)) return (type)-1; \
    return real arguments; \
  }

FAIL(ssize_t, write, (int file, const void *data, size_t size), (file, data, size))
FAIL(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at))
FAIL(int, fsync, (int file), (file))
FAIL(int, mkdir, (const char *path, mode_t mode), (path, mode))
FAIL(int, rmdir, (const char *path), (path))
FAIL(int, unlink, (const char *path), (path))
FAIL(int, unlinkat, (int folder, const char *path, int flags), (folder, path, flags))
FAIL(int, rename, (const char *from, const char *to), (from, to))
FAIL(int, renameat, (int folder, const char *from, int other, const char *to), (folder, from, other, to))
FAIL(int, renameat2, (int folder, const char *from, int other, const char *to, unsigned int flags),
     (folder, from, other, to, flags))
FAIL(int, chmod, (const char *path, mode_t mode), (path, mode))
FAIL(int, fchmod, (int file, mode_t mode), (file, mode))
FAIL(int, link, (const char *from, const char *to), (from, to))
FAIL(int, symlink, (const char *from, const char *to), (from, to))
FAIL(int, ftruncate64, (int file, off64_t size), (file, size))
FAIL(ssize_t, read, (int file, void *data, size_t size), (file, data, size))

static int opened(const char *name, int folder, const char *path, int flags, mode_t mode) {
  if (fails(name, (flags & (O_ACCMODE | O_CREAT)) != 0)) return -1;
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define OPEN(name, first, folder) \
  int name(first const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0; \
    va_end(rest); \
    return opened(#name, folder, path, flags, mode); \
  }
#define NOTHING
#define FOLDER int folder,
OPEN(open, NOTHING, AT_FDCWD)
OPEN(open64, NOTHING, AT_FDCWD)
OPEN(openat, FOLDER, folder)
OPEN(openat64, FOLDER, folder)
