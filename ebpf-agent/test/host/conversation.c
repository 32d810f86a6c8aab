/*
 * The programs' parsers on the host: reads what the two sides of a connection said, writes the
 * records that one side's agent would have in its ring.
 *
 *   in    u8 1, u8 role of this side if it is a request, u8 pieces, u32 bytes of each, the bytes
 *         u8 2: the connection closes
 *   out   as a batch out of the ring: u32 length, u32 0, the record, up to a multiple of 8
 *
 * Each buffer lies in memory of exactly its size, so that a sanitizer sees what reads beyond it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../bpf/protocols.h"

#define PIECES 255
/* A process that there is not. */
#define TGID 4194303
#define NS_PER_STEP 1000000

static struct scratch host_scratches[SCRATCHES];
static u32 host_taken;
static u64 host_counters[COUNTERS];
static u64 host_now = NS_PER_STEP;

void *bpf_map_lookup_elem(void *map, const void *key) {
  u32 index = *(const u32 *)key;
  if (map == &scratches) return &host_scratches[index];
  if (map == &scratches_taken) return &host_taken;
  if (map == &counters) return &host_counters[index];
  return 0;
}

__u64 bpf_ringbuf_query(void *map, __u64 what) { return 0; }

long bpf_ringbuf_output(void *map, void *data, __u64 size, __u64 flags) {
  static const char padding[8];
  uint32_t head[2] = {size, 0};
  fwrite(head, sizeof head, 1, stdout);
  fwrite(data, size, 1, stdout);
  fwrite(padding, (8 - size % 8) % 8, 1, stdout);
  return 0;
}

long bpf_probe_read_user(void *to, __u32 size, const void *from) {
  if (!from) return -1;
  memcpy(to, from, size);
  return 0;
}

long bpf_probe_read_kernel(void *to, __u32 size, const void *from) {
  memmove(to, from, size);
  return 0;
}

void *bpf_sk_storage_get(void *map, void *sk, void *value, __u64 flags) { return 0; }
void *bpf_task_storage_get(void *map, struct task_struct *task, void *value, __u64 flags) { return 0; }
struct task_struct *bpf_get_current_task_btf(void) { return 0; }
__u64 bpf_get_socket_cookie(void *sk) { return 1; }
__u64 bpf_get_current_pid_tgid(void) { return (u64)TGID << 32; }
__u64 bpf_ktime_get_ns(void) { return host_now; }

static void demand(void *to, size_t bytes) {
  if (bytes && fread(to, bytes, 1, stdin) != 1) exit(1);
}

/* As `find_vectors` in `traffic.bpf.c`. */
static void describe(struct chunk *chunk, struct vector_piece *pieces, u8 count) {
  chunk->at = (const char *)pieces[0].at;
  chunk->visible = pieces[0].bytes;
  chunk->end = (const char *)pieces[count - 1].at + pieces[count - 1].bytes;
  if (count == 1) return;
  if (pieces[count - 1].bytes < 5) chunk->end = 0;
  chunk->vectors = (u64)pieces;
  chunk->vector_count = count;
}

/* As `take` there. */
static void take(struct endpoints *ends, struct sight *sight, struct exchange *x, u8 asks,
                 struct chunk *chunk) {
  int is_new = ends->protocol == PROTOCOL_UNKNOWN;
  if (is_new) look(ends, sight, chunk, asks);
  if (!is_followed(ends->protocol)) return;
  chunk->is_request = ends->role == asks;
  if (is_new) {
    x->record.ends = *ends;
    meet(x, sight, chunk);
  }
  follow(x, chunk);
  ends->protocol = x->record.ends.protocol;
}

static void move(struct endpoints *ends, struct sight *sight, struct exchange *x) {
  struct vector_piece pieces[PIECES];
  struct chunk chunk = {.now = host_now, .tgid = TGID};
  u8 asks = 0, count = 0;
  demand(&asks, 1);
  demand(&count, 1);
  if (!count) exit(1);
  for (u8 i = 0; i < count; i++) {
    u32 bytes = 0;
    demand(&bytes, sizeof bytes);
    pieces[i].bytes = bytes;
    chunk.bytes += bytes;
    pieces[i].at = (u64)malloc(bytes);
  }
  for (u8 i = 0; i < count; i++) demand((void *)pieces[i].at, pieces[i].bytes);
  describe(&chunk, pieces, count);
  if (ends->protocol != PROTOCOL_OPAQUE && ends->protocol != PROTOCOL_TLS) {
    take(ends, sight, x, asks, &chunk);
  }
  for (u8 i = 0; i < count; i++) free((void *)pieces[i].at);
}

int main(void) {
  struct endpoints ends = {.cookie = 1, .family = AF_INET, .local_port = 1000, .peer_port = 2000};
  struct exchange *x = calloc(1, sizeof *x);
  struct sight sight = {};
  u8 step = 0;
  while (fread(&step, 1, 1, stdin) == 1) {
    if (step == 1) {
      move(&ends, &sight, x);
    } else if (is_followed(ends.protocol)) {
      abandon_exchange(x, host_now, EXCHANGE_UNANSWERED);
    }
    host_now += NS_PER_STEP;
  }
  free(x);
  if (host_taken) return 2;
  fprintf(stderr, "%u %u\n", ends.protocol, ends.role);
  return 0;
}
