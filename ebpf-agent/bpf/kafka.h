/*
 * Kafka: messages of big-endian length; a request has a kind, its version, a number that its answer
 * has too, and the client's name.
 */
#ifndef SONDE_KAFKA_H
#define SONDE_KAFKA_H

#include "joining.h"

#define KAFKA_KIND_MAX 92
#define KAFKA_VERSION_MAX 20
#define KAFKA_BYTES_MAX (256 << 20)
/* Length, kind, version, number, length of a name. */
#define KAFKA_REQUEST_HEAD_BYTES 14
#define KAFKA_ANSWER_HEAD_BYTES 8
#define KAFKA_PRODUCE 0
/* Produce has a transaction from here on, and fields that may be left out. */
#define KAFKA_TRANSACTION_VERSION 3
#define KAFKA_FLEXIBLE_VERSION 9
#define KAFKA_NONE 0xffff

static __always_inline u16 swapped16(u64 number) { return __builtin_bswap16(number); }
static __always_inline u32 swapped32(u64 number) { return __builtin_bswap32(number); }

static __always_inline int is_word_byte(u8 letter) { return letter > ' ' && letter < 0x7f; }

/* Exactly one request, of a client that has a name or says that it has none. */
static __always_inline int is_kafka_request(const struct beginning *b) {
  u64 length = swapped32(b->word);
  u16 kind = swapped16(b->word >> 32), version = swapped16(b->word >> 48);
  u16 name = swapped16(b->second >> 32);
  u8 first = b->second >> 48;
  if (b->seen < KAFKA_REQUEST_HEAD_BYTES || length + LENGTH_BYTES != b->bytes) return 0;
  if (kind > KAFKA_KIND_MAX || version > KAFKA_VERSION_MAX || swapped32(b->second) >> 31) return 0;
  if (name == KAFKA_NONE) return length >= 10;
  return name > 0 && name < 256 && length >= 10ull + name && is_word_byte(first);
}

/* Whether nobody answers a request to store messages: the client wants no acknowledgement. */
static __always_inline int kafka_is_silent(const struct scratch *s, u16 version) {
  u16 name = swapped16(load16(frame_at(s, 12)));
  u64 at = KAFKA_REQUEST_HEAD_BYTES + (name == KAFKA_NONE ? 0 : name & 0xff);
  if (version >= KAFKA_FLEXIBLE_VERSION) {
    u8 transaction = frame_byte(s, at + 1);
    at += 2 + (transaction ? transaction - 1 : 0);
  } else if (version >= KAFKA_TRANSACTION_VERSION) {
    u16 transaction = swapped16(load16(frame_at(s, at)));
    at += 2 + (transaction == KAFKA_NONE ? 0 : transaction & 0xff);
  }
  return frame_has(s, at + 2) && load16(frame_at(s, at)) == 0;
}

static __always_inline void kafka_request(struct scratch *s) {
  struct frame *frame = &s->frame;
  u16 kind = swapped16(load16(frame_at(s, 4))), version = swapped16(load16(frame_at(s, 6)));
  frame->text = s->window.position + LENGTH_BYTES;
  frame->id = swapped32(load32(frame_at(s, 8)));
  if (kind > KAFKA_KIND_MAX || version > KAFKA_VERSION_MAX || frame->bytes < KAFKA_REQUEST_HEAD_BYTES) {
    frame->kind = FRAME_UNKNOWN;
  } else {
    frame->kind = kind == KAFKA_PRODUCE && kafka_is_silent(s, version) ? FRAME_TELLS : FRAME_ASKS;
  }
}

__noinline int kafka_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  if (!frame_has(s, is_request ? KAFKA_REQUEST_HEAD_BYTES : KAFKA_ANSWER_HEAD_BYTES)) return 0;
  struct frame *frame = &s->frame;
  u64 length = swapped32(load32(frame_at(s, 0)));
  frame->bytes = length + LENGTH_BYTES;
  if (length < LENGTH_BYTES || length > KAFKA_BYTES_MAX) {
    frame->kind = FRAME_UNKNOWN;
  } else if (is_request) {
    kafka_request(s);
  } else {
    frame->id = swapped32(load32(frame_at(s, LENGTH_BYTES)));
    frame->text = s->window.position + KAFKA_ANSWER_HEAD_BYTES;
    frame->kind = FRAME_ANSWERS | FRAME_ENDS;
  }
  return 0;
}

#endif
