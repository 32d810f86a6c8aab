#include "ring.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "node-values.h"
#include "waker.h"

#define RING_MAGIC 0x534f5249u

/*
 *   page 0       pages 1 ..
 *   consumer     producer position | data | the same data once more
 *
 * The data is mapped twice in a row, so that a record that wraps is in one piece. A record is a
 * 32-bit length with two flags, 32 bits for the kernel, and its bytes up to a multiple of 8.
 */
struct ring {
  uint32_t magic;
  uint64_t *consumer;
  char *producer;
  size_t page_bytes;
  size_t data_bytes;
  struct waker *waker;
};

static void close_parts(struct ring *ring) {
  if (ring->waker) close_waker(ring->waker);
  ring->waker = NULL;
  if (ring->consumer) munmap(ring->consumer, ring->page_bytes);
  if (ring->producer) munmap(ring->producer, ring->page_bytes + 2 * ring->data_bytes);
  ring->consumer = NULL;
  ring->producer = NULL;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  close_parts(data);
  free(data);
}

static struct ring *any_ring(napi_env env, napi_value value) {
  void *data = NULL;
  if (napi_get_value_external(env, value, &data) == napi_ok && data &&
      *(const uint32_t *)data == RING_MAGIC) {
    return data;
  }
  throw_text(env, "the first argument must be a ring of openRing()");
  return NULL;
}

static struct ring *read_ring(napi_env env, napi_value value) {
  struct ring *ring = any_ring(env, value);
  if (!ring || ring->consumer) return ring;
  throw_text(env, "the ring is closed");
  return NULL;
}

/* 0, or an error number. */
static int map_pages(struct ring *ring, int fd) {
  struct bpf_map_info map;
  uint32_t length = sizeof map;
  memset(&map, 0, sizeof map);
  if (bpf_map_get_info_by_fd(fd, &map, &length)) return errno;
  if (map.type != BPF_MAP_TYPE_RINGBUF) return EINVAL;
  ring->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
  ring->data_bytes = map.max_entries;
  void *consumer = mmap(NULL, ring->page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (consumer == MAP_FAILED) return errno;
  ring->consumer = consumer;
  void *producer = mmap(NULL, ring->page_bytes + 2 * ring->data_bytes, PROT_READ, MAP_SHARED, fd,
                        (off_t)ring->page_bytes);
  if (producer == MAP_FAILED) return errno;
  ring->producer = producer;
  return 0;
}

napi_value open_ring(napi_env env, napi_callback_info info) {
  napi_value arguments[2], external;
  int64_t fd = -1;
  if (!read_arguments(env, info, arguments, 2) || !read_integer(env, arguments[0], &fd)) {
    return NULL;
  }
  napi_valuetype type = napi_undefined;
  TRY(napi_typeof(env, arguments[1], &type));
  if (type != napi_function) {
    throw_text(env, "the second argument must be a function");
    return NULL;
  }
  struct ring *ring = calloc(1, sizeof *ring);
  if (!ring) {
    throw_text(env, "out of memory");
    return NULL;
  }
  ring->magic = RING_MAGIC;
  clear_log();
  int error = map_pages(ring, (int)fd);
  if (!error) error = open_waker(env, (int)fd, arguments[1], &ring->waker);
  if (error || napi_create_external(env, ring, finalize, NULL, &external) != napi_ok) {
    finalize(env, ring, NULL);
    throw_kernel_error(env, "the ring cannot be mapped", error);
    return NULL;
  }
  return external;
}

static uint64_t producer_position(const struct ring *ring) {
  return __atomic_load_n((const uint64_t *)(const void *)ring->producer, __ATOMIC_ACQUIRE);
}

/* Copies whole records, and gives their room back to the kernel. */
static size_t drain(struct ring *ring, uint8_t *into, size_t room) {
  const char *data = ring->producer + ring->page_bytes;
  uint64_t position = __atomic_load_n(ring->consumer, __ATOMIC_RELAXED);
  uint64_t end = producer_position(ring);
  size_t filled = 0;
  while (position < end) {
    const char *record = data + (position & (ring->data_bytes - 1));
    uint32_t head = __atomic_load_n((const uint32_t *)(const void *)record, __ATOMIC_ACQUIRE);
    if (head & BPF_RINGBUF_BUSY_BIT) break;
    uint32_t length = head & ~(uint32_t)BPF_RINGBUF_DISCARD_BIT;
    size_t whole = ((size_t)length + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
    if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
      if (whole > room - filled) break;
      memcpy(into + filled, record, whole);
      filled += whole;
    }
    position += whole;
  }
  __atomic_store_n(ring->consumer, position, __ATOMIC_RELEASE);
  return filled;
}

napi_value drain_ring(napi_env env, napi_callback_info info) {
  napi_value arguments[2], number;
  struct bytes buffer;
  if (!read_arguments(env, info, arguments, 2)) return NULL;
  struct ring *ring = read_ring(env, arguments[0]);
  if (!ring || !read_bytes(env, arguments[1], &buffer)) return NULL;
  TRY(napi_create_int64(env, (int64_t)drain(ring, buffer.at, buffer.length), &number));
  return number;
}

napi_value heed_ring(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!read_arguments(env, info, arguments, 1)) return NULL;
  struct ring *ring = read_ring(env, arguments[0]);
  if (ring) heed(ring->waker);
  return NULL;
}

napi_value ring_lag(napi_env env, napi_callback_info info) {
  napi_value arguments[1], number;
  if (!read_arguments(env, info, arguments, 1)) return NULL;
  struct ring *ring = read_ring(env, arguments[0]);
  if (!ring) return NULL;
  uint64_t lag = producer_position(ring) - __atomic_load_n(ring->consumer, __ATOMIC_RELAXED);
  TRY(napi_create_int64(env, (int64_t)lag, &number));
  return number;
}

napi_value close_ring(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!read_arguments(env, info, arguments, 1)) return NULL;
  struct ring *ring = any_ring(env, arguments[0]);
  if (ring) close_parts(ring);
  return NULL;
}
