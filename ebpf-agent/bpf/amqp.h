/*
 * AMQP 0-9-1 (RabbitMQ): frames of kind, channel, big-endian length, and an end. Messages that are
 * published or delivered want no answer; to get one is a request, joined by channel.
 */
#ifndef SONDE_AMQP_H
#define SONDE_AMQP_H

#include "kafka.h"

#define AMQP_HEAD_BYTES 7
#define AMQP_METHOD_BYTES 4
#define AMQP_END_BYTES 1
#define AMQP_BYTES_MAX (16 << 20)
#define AMQP_METHOD 1
#define AMQP_KIND_MAX 8
#define AMQP_PUBLISH 0x003c0028
#define AMQP_DELIVER 0x003c003c
#define AMQP_GET 0x003c0046
#define AMQP_GOT 0x003c0047
#define AMQP_GOT_NOTHING 0x003c0048
#define AMQP_DECLARE_QUEUE 0x0032000a

static __always_inline int is_amqp_start(const struct beginning *b) {
  return b->word == TEXT8('A', 'M', 'Q', 'P', 0, 0, 9, 1);
}

/* The method that a buffer begins with; 0 when it is none. */
static __always_inline u32 amqp_method(const struct beginning *b) {
  u64 length = swapped32(b->word >> 24);
  if ((u8)b->word != AMQP_METHOD || b->seen < 11 || length > AMQP_BYTES_MAX) return 0;
  if (length < AMQP_METHOD_BYTES || length + AMQP_HEAD_BYTES + AMQP_END_BYTES > b->bytes) return 0;
  return swapped32(b->word >> 56 | b->second << 8);
}

static __always_inline int is_amqp_request(const struct beginning *b) {
  u32 method = amqp_method(b);
  return is_amqp_start(b) || method == AMQP_PUBLISH || method == AMQP_GET || method == AMQP_DECLARE_QUEUE;
}

static __always_inline int is_amqp_answer(const struct beginning *b) {
  return amqp_method(b) == AMQP_DELIVER;
}

static __always_inline void amqp_method_frame(struct frame *frame, u32 method, u32 is_request) {
  if (is_request) {
    if (method == AMQP_PUBLISH) frame->kind = FRAME_TELLS;
    if (method == AMQP_GET) frame->kind = FRAME_ASKS;
  } else if (method == AMQP_DELIVER) {
    frame->kind = FRAME_TELLS;
  } else if (method == AMQP_GOT || method == AMQP_GOT_NOTHING) {
    frame->kind = FRAME_ANSWERS | FRAME_ENDS;
  }
}

__noinline int amqp_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  struct frame *frame = &s->frame;
  u8 kind = frame_byte(s, 0);
  if (!frame_has(s, AMQP_HEAD_BYTES + AMQP_END_BYTES)) return 0;
  if (kind == 'A' && is_request) {
    frame->bytes = 8;
    return 0;
  }
  u64 length = swapped32(load32(frame_at(s, 3)));
  if (kind == AMQP_METHOD && !frame_has(s, AMQP_HEAD_BYTES + AMQP_METHOD_BYTES)) return 0;
  frame->bytes = AMQP_HEAD_BYTES + length + AMQP_END_BYTES;
  frame->id = swapped16(load16(frame_at(s, 1)));
  frame->text = s->window.position + AMQP_HEAD_BYTES;
  if (!kind || kind > AMQP_KIND_MAX || length > AMQP_BYTES_MAX) {
    frame->kind = FRAME_UNKNOWN;
  } else if (kind == AMQP_METHOD) {
    amqp_method_frame(frame, swapped32(load32(frame_at(s, AMQP_HEAD_BYTES))), is_request);
  }
  return 0;
}

#endif
