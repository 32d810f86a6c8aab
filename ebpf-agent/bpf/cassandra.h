/*
 * Cassandra (CQL, versions 3 and 4, and the first messages of 5, which then frames otherwise): frames
 * of version, flags, stream, kind and big-endian length. Answers are joined by stream.
 */
#ifndef SONDE_CASSANDRA_H
#define SONDE_CASSANDRA_H

#include "kafka.h"

#define CASSANDRA_HEAD_BYTES 9
#define CASSANDRA_KIND_AT 4
#define CASSANDRA_BYTES_MAX (256 << 20)
#define CASSANDRA_ERROR 0
#define CASSANDRA_EVENT 12
#define CASSANDRA_KIND_MAX 16
#define CASSANDRA_ANSWER 0x80
/* Start-up, options, query, prepare, execute, register, batch, password. */
#define CASSANDRA_REQUESTS (1 << 1 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 13 | 1 << 15)
/* Those of them that ask for data. */
#define CASSANDRA_QUERIES (1 << 7 | 1 << 9 | 1 << 10 | 1 << 13)

static __always_inline int is_cassandra_kind(u8 kind, u32 kinds) {
  return kind <= CASSANDRA_KIND_MAX && kinds >> kind & 1;
}

static __always_inline int is_cassandra_request(const struct beginning *b) {
  u8 version = b->word, flags = b->word >> 8, kind = b->word >> 32;
  u64 length = swapped32(b->word >> 40 | b->second << 24);
  return b->seen >= CASSANDRA_HEAD_BYTES && version >= 3 && version <= 5 && flags < 0x20 &&
         is_cassandra_kind(kind, CASSANDRA_REQUESTS) && length + CASSANDRA_HEAD_BYTES == b->bytes &&
         (length || kind == 5);
}

__noinline int cassandra_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  struct frame *frame = &s->frame;
  if (!frame_has(s, CASSANDRA_HEAD_BYTES)) return 0;
  u8 version = frame_byte(s, 0), kind = frame_byte(s, CASSANDRA_KIND_AT);
  u64 length = swapped32(load32(frame_at(s, 5)));
  u8 wanted = is_request ? 0 : CASSANDRA_ANSWER;
  frame->bytes = CASSANDRA_HEAD_BYTES + length;
  frame->id = swapped16(load16(frame_at(s, 2)));
  frame->text = s->window.position + CASSANDRA_KIND_AT;
  if ((version & 0x80) != wanted || (version & 0x7f) < 3 || length > CASSANDRA_BYTES_MAX) {
    frame->kind = FRAME_UNKNOWN;
  } else if ((version & 0x7f) > 4) {
    x->record.ends.protocol = PROTOCOL_OPAQUE;
  } else if (is_request) {
    if (is_cassandra_kind(kind, CASSANDRA_QUERIES)) frame->kind = FRAME_ASKS;
  } else if (kind == CASSANDRA_ERROR) {
    if (!frame_has(s, CASSANDRA_HEAD_BYTES + 4)) frame->bytes = 0;
    frame->kind = FRAME_ANSWERS | FRAME_ENDS | FRAME_FAILS;
    frame->status = swapped32(load32(frame_at(s, CASSANDRA_HEAD_BYTES)));
  } else if (kind != CASSANDRA_EVENT) {
    /* Of start-up, too: that asks nothing, and nothing is waiting for its answer. */
    frame->kind = pending(x) || x->others ? FRAME_ANSWERS | FRAME_ENDS : FRAME_OTHER;
  }
  return 0;
}

#endif
