#pragma once

// glibc declares it only with _GNU_SOURCE, which the compiler's own module does not set.
int renameat2(int oldFolder, const char *old, int newFolder, const char *new, unsigned int flags);
