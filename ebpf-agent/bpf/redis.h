/*
 * Redis (RESP 2 and 3): commands are arrays of strings, or lines; an answer is one element, which may
 * hold others. What is pushed (published messages, invalidations) answers nothing.
 */
#ifndef SONDE_REDIS_H
#define SONDE_REDIS_H

#include "lines.h"

/* notes[0]: elements that the answer still has; notes[1]: it is a push; notes[2]: of a command. */
#define REDIS_ELEMENTS_MAX (1 << 20)

/* An array of bulk strings: "*2\r\n$3\r\n", or "*12\r\n$4". */
static __always_inline int is_redis_request(const struct beginning *b) {
  u8 type = b->word, digit = b->word >> 8;
  if (type != '*' || digit < '1' || digit > '9') return b->bytes == 6 && b->word == TEXT8('P', 'I', 'N', 'G', '\r', '\n', 0, 0);
  u64 rest = b->word >> 16;
  if ((u8)rest >= '0' && (u8)rest <= '9') rest >>= 8;
  return (rest & FIRST_BYTES(3)) == TEXT8('\r', '\n', '$', 0, 0, 0, 0, 0);
}

/* A replica asks for everything: no requests from here on. */
static __always_inline int is_redis_replica(const struct scratch *s, u64 line) {
  u64 word = load64(frame_at(s, line));
  return word == TEXT8('$', '5', '\r', '\n', 'P', 'S', 'Y', 'N') ||
         word == TEXT8('$', '4', '\r', '\n', 'S', 'Y', 'N', 'C');
}

static __always_inline void redis_request(struct exchange *x, struct scratch *s, u64 line) {
  struct frame *frame = &s->frame;
  u8 type = frame_byte(s, 0);
  u64 number = line_number(s, 1);
  frame->bytes = line;
  frame->text_end = ~1ull;
  if (x->notes[2]) {
    x->notes[2]--;
    frame->bytes += number + 2;
    if (type != '$' || number == NO_NUMBER) frame->kind = FRAME_UNKNOWN;
  } else if (type == '*') {
    if (is_redis_replica(s, line)) x->record.ends.protocol = PROTOCOL_OPAQUE;
    x->notes[2] = number <= REDIS_ELEMENTS_MAX ? number : 0;
    frame->kind = number <= REDIS_ELEMENTS_MAX ? FRAME_ASKS : FRAME_UNKNOWN;
  } else if (type >= 'A' && line > 2) {
    /* A line by hand. */
    frame->kind = FRAME_ASKS;
  } else if (line > 2) {
    frame->kind = FRAME_UNKNOWN;
  }
}

/* Elements that an element holds; of a string the bytes behind its line are added. */
static __always_inline u64 redis_children(struct frame *frame, u8 type, u64 number, u64 line) {
  frame->bytes = line;
  if (type == '$' || type == '=' || type == '!') {
    if (number != NO_NUMBER) frame->bytes += number + 2;
    return 0;
  }
  if (number == NO_NUMBER) return 0;
  if (type == '*' || type == '~' || type == '>') return number;
  if (type == '%') return 2 * number;
  /* Attributes stand before the element that they belong to. */
  return type == '|' ? 2 * number + 1 : 0;
}

static __always_inline int is_redis_type(u8 type) {
  return type == '+' || type == '-' || type == ':' || type == '$' || type == '*' || type == '_' ||
         type == '#' || type == ',' || type == '(' || type == '!' || type == '=' || type == '%' ||
         type == '~' || type == '|' || type == '>';
}

static __always_inline void redis_answer(struct exchange *x, struct scratch *s, u64 line) {
  struct frame *frame = &s->frame;
  u8 type = frame_byte(s, 0);
  u64 children = redis_children(frame, type, line_number(s, 1), line);
  if (!is_redis_type(type) || children > REDIS_ELEMENTS_MAX) {
    frame->kind = FRAME_UNKNOWN;
    return;
  }
  if (!x->notes[0]) {
    x->notes[1] = type == '>';
    x->notes[0] = 1;
    frame->code = load64(frame_at(s, 1));
    if (type == '-') frame->kind = FRAME_FAILS;
    if (type == '!') {
      frame->kind = FRAME_FAILS;
      frame->code = load64(frame_at(s, line));
    }
  }
  x->notes[0] += children - 1;
  if (!x->notes[0] && !x->notes[1]) frame->kind |= FRAME_ENDS;
}

__noinline int redis_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  u64 line = line_bytes(s);
  if (!line) return 0;
  if (is_request) {
    redis_request(x, s, line);
  } else {
    redis_answer(x, s, line);
  }
  return 0;
}

/* Everything of Redis ends with a line's end. */
static __always_inline void redis_end(struct exchange *x, struct frame *frame,
                                      const struct chunk *chunk) {
  u16 last = 0;
  if (!chunk->end || chunk->bytes < 2) return;
  if (bpf_probe_read_user(&last, sizeof last, chunk->end - 2) || last != 0x0a0d) return;
  x->notes[0] = 0;
  frame->kind = FRAME_ENDS;
}

#endif
