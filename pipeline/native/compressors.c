#include "compressors.h"

#include <pthread.h>
#include <string.h>

/* Of all levels and threads: what libuv runs at once, twice. Some MB. */
#define COMPRESSORS_KEPT_MAX 8

struct kept {
  int level;
  struct libdeflate_compressor *compressor;
};

/* Of the process: the threads of several Node environments share them. The last is the warmest. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept kept[COMPRESSORS_KEPT_MAX];
static int kept_count;

static void remove_kept(int index) {
  kept_count--;
  memmove(&kept[index], &kept[index + 1], (kept_count - index) * sizeof *kept);
}

struct libdeflate_compressor *borrow_compressor(int level) {
  struct libdeflate_compressor *found = NULL;
  pthread_mutex_lock(&lock);
  for (int i = kept_count - 1; i >= 0 && !found; i--) {
    if (kept[i].level != level) continue;
    found = kept[i].compressor;
    remove_kept(i);
  }
  pthread_mutex_unlock(&lock);
  return found ? found : libdeflate_alloc_compressor(level);
}

void give_compressor_back(int level, struct libdeflate_compressor *compressor) {
  struct libdeflate_compressor *oldest = NULL;
  pthread_mutex_lock(&lock);
  if (kept_count == COMPRESSORS_KEPT_MAX) {
    oldest = kept[0].compressor;
    remove_kept(0);
  }
  kept[kept_count++] = (struct kept){level, compressor};
  pthread_mutex_unlock(&lock);
  if (oldest) libdeflate_free_compressor(oldest);
}
