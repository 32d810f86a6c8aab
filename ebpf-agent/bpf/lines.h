/* Protocols of lines: where one ends, and the numbers in it. */
#ifndef SONDE_LINES_H
#define SONDE_LINES_H

#include "joining.h"

#define LINE_FEEDS 0x0a0a0a0a0a0a0a0aull
/* Words of 8 bytes that a line may have. */
#define LINE_WORDS_MAX 512
#define DIGITS_MAX 10
#define NO_NUMBER 0xffffffffu

/* What is looked through; a callback's argument has to lie on the stack. */
struct looked_through {
  struct scratch *s;
};

static long find_line_feed(u64 index, struct looked_through *l) {
  struct scratch *s = l->s;
  u64 at = s->window.position + index * 8;
  if (at >= s->window.seen) return 1;
  u64 word = load64(scratch_at(s, at)) ^ LINE_FEEDS;
  u64 feeds = ~(((word & LOW_7_BITS) + LOW_7_BITS) | word | LOW_7_BITS);
  if (!feeds) return 0;
  u64 lowest = feeds & -feeds;
  s->head.end = index * 8 + (((((lowest >> 7) - 1) & ONES) * ONES) >> 56) + 1;
  return 1;
}

/* Bytes of the line at the walk's position, its end included; 0 while that is not there. */
__noinline u64 line_bytes(struct scratch *s) {
  if (!s) return 0;
  s->head.end = 0;
  struct looked_through l = {.s = s};
  bpf_loop(LINE_WORDS_MAX, find_line_feed, &l, 0);
  return s->head.end && frame_has(s, s->head.end) ? s->head.end : 0;
}

/* The number at an offset of the line; NO_NUMBER when none stands there. */
__noinline u64 line_number(const struct scratch *s, u64 offset) {
  u64 value = 0, digits = 0;
  if (!s) return NO_NUMBER;
  for (u32 i = 0; i < DIGITS_MAX; i++) {
    u8 digit = frame_byte(s, offset + i) - '0';
    if (digit > 9) break;
    value = value * 10 + digit;
    digits++;
  }
  return digits ? value : NO_NUMBER;
}

/* Where the word begins that is `wanted` words behind the line's first; in the scratch's `head`. */
static long find_word(u64 index, struct looked_through *l) {
  struct scratch *s = l->s;
  if (index + 2 >= s->head.end || !s->head.returns) return 1;
  if (frame_byte(s, index) == ' ' && frame_byte(s, index + 1) != ' ') {
    s->head.returns--;
    s->head.start = index + 1;
  }
  return 0;
}

#define WORD_SCAN_MAX 320

/* The number that is the line's word `index`, from 0; `bytes` of the line. */
__noinline u64 line_word_number(struct scratch *s, u64 bytes, u64 index) {
  if (!s) return NO_NUMBER;
  s->head.end = bytes;
  s->head.returns = index;
  s->head.start = 0;
  struct looked_through l = {.s = s};
  bpf_loop(WORD_SCAN_MAX, find_word, &l, 0);
  return s->head.returns ? NO_NUMBER : line_number(s, s->head.start);
}

#endif
