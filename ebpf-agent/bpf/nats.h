/* NATS: lines, with data behind those that publish or deliver: messages, which nobody answers. */
#ifndef SONDE_NATS_H
#define SONDE_NATS_H

#include "lines.h"

static __always_inline int is_nats_request(const struct beginning *b) {
  return (b->word == TEXT8('C', 'O', 'N', 'N', 'E', 'C', 'T', ' ') && (u8)b->second == '{') ||
         BEGINS(b->word, 4, 'P', 'U', 'B', ' ', 0, 0, 0, 0) ||
         BEGINS(b->word, 5, 'H', 'P', 'U', 'B', ' ', 0, 0, 0);
}

static __always_inline int is_nats_answer(const struct beginning *b) {
  return BEGINS(b->word, 6, 'I', 'N', 'F', 'O', ' ', '{', 0, 0) ||
         BEGINS(b->word, 4, 'M', 'S', 'G', ' ', 0, 0, 0, 0) ||
         BEGINS(b->word, 5, 'H', 'M', 'S', 'G', ' ', 0, 0, 0);
}

static __always_inline int is_nats_message(u64 word, u32 is_request) {
  if (is_request) {
    return BEGINS(word, 4, 'P', 'U', 'B', ' ', 0, 0, 0, 0) ||
           BEGINS(word, 5, 'H', 'P', 'U', 'B', ' ', 0, 0, 0);
  }
  return BEGINS(word, 4, 'M', 'S', 'G', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 5, 'H', 'M', 'S', 'G', ' ', 0, 0, 0);
}

/* The line's last number, which says how much data there is. */
__noinline u64 last_number(const struct scratch *s, u64 line) {
  u64 value = 0, scale = 1, digits = 0;
  if (!s || line < 4) return NO_NUMBER;
  for (u32 i = 0; i < DIGITS_MAX; i++) {
    u8 digit = frame_byte(s, line - 3 - i) - '0';
    if (digit > 9) break;
    value += digit * scale;
    scale *= 10;
    digits++;
  }
  return digits ? value : NO_NUMBER;
}

__noinline int nats_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  struct frame *frame = &s->frame;
  u64 line = line_bytes(s);
  if (!line) return 0;
  u8 first = frame_byte(s, 0);
  frame->bytes = line;
  if (!is_nats_message(load64(frame_at(s, 0)), is_request)) {
    if (first < '+' || first > 'z') frame->kind = FRAME_UNKNOWN;
    return 0;
  }
  u64 data = last_number(s, line);
  frame->kind = data == NO_NUMBER ? FRAME_UNKNOWN : FRAME_TELLS;
  frame->bytes += data + 2;
  frame->text_end = s->window.position + line;
  return 0;
}

#endif
