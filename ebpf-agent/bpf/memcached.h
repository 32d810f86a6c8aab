/*
 * Memcached: lines, with data behind those that say how much, or binary messages of 24 bytes and a
 * body. Commands of one connection are answered in their order.
 */
#ifndef SONDE_MEMCACHED_H
#define SONDE_MEMCACHED_H

#include "kafka.h"
#include "lines.h"

#define MEMCACHED_HEAD_BYTES 24
#define MEMCACHED_ASKS 0x80
#define MEMCACHED_ANSWERS 0x81
#define MEMCACHED_BODY_MAX (128 << 20)
#define MEMCACHED_STATISTICS 0x10
#define MEMCACHED_KIND_MAX 0x48

static __always_inline int is_memcached_store(u64 word) {
  return BEGINS(word, 4, 's', 'e', 't', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 4, 'a', 'd', 'd', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 4, 'c', 'a', 's', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 8, 'r', 'e', 'p', 'l', 'a', 'c', 'e', ' ') ||
         BEGINS(word, 7, 'a', 'p', 'p', 'e', 'n', 'd', ' ', 0) ||
         BEGINS(word, 8, 'p', 'r', 'e', 'p', 'e', 'n', 'd', ' ');
}

static __always_inline int is_memcached_other(u64 word) {
  return BEGINS(word, 4, 'g', 'e', 't', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 5, 'g', 'e', 't', 's', ' ', 0, 0, 0) ||
         BEGINS(word, 5, 'i', 'n', 'c', 'r', ' ', 0, 0, 0) ||
         BEGINS(word, 5, 'd', 'e', 'c', 'r', ' ', 0, 0, 0) ||
         BEGINS(word, 6, 't', 'o', 'u', 'c', 'h', ' ', 0, 0) ||
         BEGINS(word, 7, 'd', 'e', 'l', 'e', 't', 'e', ' ', 0) ||
         BEGINS(word, 3, 'm', 'g', ' ', 0, 0, 0, 0, 0) || BEGINS(word, 3, 'm', 's', ' ', 0, 0, 0, 0, 0);
}

/* A line, which is to end where the buffer does; or exactly one message. */
static __always_inline int is_memcached_request(const struct beginning *b) {
  u64 word = b->word;
  if (is_memcached_store(word) || is_memcached_other(word)) return b->bytes >= 7 && b->ends_line;
  u64 key = swapped16(word >> 16), extra = word >> 32 & 0xff, body = swapped32(b->second);
  return (word & 0xff) == MEMCACHED_ASKS && (word >> 8 & 0xff) <= MEMCACHED_KIND_MAX &&
         !(word >> 40 & 0xff) && extra <= 20 && key <= 250 && extra + key <= body &&
         body + MEMCACHED_HEAD_BYTES == b->bytes;
}

/* Commands that are only answered when something is amiss. */
static __always_inline int is_memcached_quiet(u8 kind) {
  return kind == 0x09 || kind == 0x0d || (kind >= 0x11 && kind <= 0x1a) || kind == 0x1e || kind == 0x24;
}

static __always_inline void memcached_binary(struct scratch *s, u32 is_request) {
  struct frame *frame = &s->frame;
  u8 kind = frame_byte(s, 1);
  u64 body = swapped32(load32(frame_at(s, 8)));
  u16 key = load16(frame_at(s, 2)), status = swapped16(load16(frame_at(s, 6)));
  frame->bytes = MEMCACHED_HEAD_BYTES + body;
  frame->text_end = s->window.position + 2;
  if (kind > MEMCACHED_KIND_MAX || body > MEMCACHED_BODY_MAX) {
    frame->kind = FRAME_UNKNOWN;
  } else if (is_request) {
    frame->kind = is_memcached_quiet(kind) ? FRAME_TELLS : FRAME_ASKS;
  } else if (!is_memcached_quiet(kind) && (kind != MEMCACHED_STATISTICS || !key)) {
    frame->kind = FRAME_ENDS;
    /* Not there, there already, not stored: no failures. */
    if (status && status != 1 && status != 2 && status != 5) frame->kind |= FRAME_FAILS;
    frame->status = status;
  }
}

/* " noreply" before the line's end. */
static __always_inline int is_memcached_silent(const struct scratch *s, u64 line) {
  if (line < 12) return 0;
  u64 last = load64(frame_at(s, line - 9));
  return last == TEXT8('n', 'o', 'r', 'e', 'p', 'l', 'y', '\r');
}

static __always_inline void memcached_request(struct scratch *s, u64 line) {
  struct frame *frame = &s->frame;
  u64 word = load64(frame_at(s, 0)), data = NO_NUMBER;
  frame->bytes = line;
  if (is_memcached_store(word)) data = line_word_number(s, line, 4);
  if (BEGINS(word, 3, 'm', 's', ' ', 0, 0, 0, 0, 0)) data = line_word_number(s, line, 2);
  if (data != NO_NUMBER) frame->bytes += data + 2;
  u8 letter = word;
  if (letter < 'a' || letter > 'z') {
    frame->kind = FRAME_UNKNOWN;
  } else if (!BEGINS(word, 4, 'q', 'u', 'i', 't', 0, 0, 0, 0)) {
    frame->kind = is_memcached_silent(s, line) ? FRAME_TELLS : FRAME_ASKS;
  }
  frame->text_end = s->window.position + line;
}

static __always_inline void memcached_answer(struct scratch *s, u64 line) {
  struct frame *frame = &s->frame;
  u64 word = load64(frame_at(s, 0)), data = NO_NUMBER;
  frame->bytes = line;
  if (BEGINS(word, 5, 'S', 'T', 'A', 'T', ' ', 0, 0, 0)) return;
  if (BEGINS(word, 6, 'V', 'A', 'L', 'U', 'E', ' ', 0, 0)) {
    data = line_word_number(s, line, 3);
    frame->bytes += data + 2;
    if (data == NO_NUMBER) frame->kind = FRAME_UNKNOWN;
    return;
  }
  if (BEGINS(word, 3, 'V', 'A', ' ', 0, 0, 0, 0, 0)) data = line_word_number(s, line, 1);
  if (data != NO_NUMBER) frame->bytes += data + 2;
  frame->kind = FRAME_ENDS;
  int is_refused = BEGINS(word, 7, 'C', 'L', 'I', 'E', 'N', 'T', '_', 0) ||
                   BEGINS(word, 7, 'S', 'E', 'R', 'V', 'E', 'R', '_', 0) ||
                   BEGINS(word, 5, 'E', 'R', 'R', 'O', 'R', 0, 0, 0);
  if (is_refused) frame->kind |= FRAME_FAILS;
  frame->code = word;
}

__noinline int memcached_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  u8 first = frame_byte(s, 0);
  if (first == (is_request ? MEMCACHED_ASKS : MEMCACHED_ANSWERS)) {
    if (frame_has(s, MEMCACHED_HEAD_BYTES)) memcached_binary(s, is_request);
    return 0;
  }
  u64 line = line_bytes(s);
  if (!line) return 0;
  if (is_request) {
    memcached_request(s, line);
  } else {
    memcached_answer(s, line);
  }
  return 0;
}

#endif
