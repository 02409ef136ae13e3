#pragma once

#include <spawn.h>
#include <sys/prctl.h>

// glibc declares these only with _DEFAULT_SOURCE, which the compiler's own module does not set.
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// prctl(2) is variadic.
static inline int setNotDumpable(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
static inline int isDumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }
