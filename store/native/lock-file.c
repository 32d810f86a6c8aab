#define _GNU_SOURCE
#include "lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "arguments.h"
#include "node-errors.h"

/* The process number written into a lock file, 0 when there is none. */
static long lock_holder(int file) {
  char text[32] = {0};
  if (pread(file, text, sizeof text - 1, 0) <= 0) return 0;
  return strtol(text, NULL, 10);
}

napi_value lock_file(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1], answer;
  struct text path = {0};
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  if (!read_text(env, arguments[0], &path)) {
    free_text(&path);
    throw_text(env, "the path must be a string");
    return NULL;
  }
  int file = open(path.bytes, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    throw_text(env, "cannot open %s: %s", path.bytes, strerror(errno));
    free_text(&path);
    return NULL;
  }
  free_text(&path);
  long holder = 0;
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    holder = lock_holder(file);
    if (holder <= 0) holder = -1;
    close(file);
  } else if (ftruncate(file, 0) != 0 || dprintf(file, "%ld\n", (long)getpid()) < 0) {
    /* The lock holds; only its holder's number is missing for whoever is refused. */
    holder = 0;
  }
  TRY(napi_create_int64(env, holder, &answer));
  return answer;
}
