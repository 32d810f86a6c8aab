/*
 * libbpf reads /proc/config.gz through zlib for programs with `__kconfig` variables. Sonde's have
 * none: the file is never there.
 */
#ifndef SONDE_ZLIB_H
#define SONDE_ZLIB_H

#include <stddef.h>

typedef struct gz_file *gzFile;

static inline gzFile gzopen(const char *path, const char *mode) {
  (void)path;
  (void)mode;
  return NULL;
}

static inline char *gzgets(gzFile file, char *line, int size) {
  (void)file;
  (void)line;
  (void)size;
  return NULL;
}

static inline int gzclose(gzFile file) {
  (void)file;
  return 0;
}

#endif
