/*
 * MongoDB: messages of little-endian length, number, number of the one they answer, kind; then flags
 * and BSON. Answers are joined by number.
 */
#ifndef SONDE_MONGODB_H
#define SONDE_MONGODB_H

#include "joining.h"

#define MONGODB_HEAD_BYTES 16
#define MONGODB_KIND_AT 12
/* Head, flags, kind of section, length of a document. */
#define MONGODB_SEEN_BYTES 25
#define MONGODB_BYTES_MAX (64 << 20)
#define MONGODB_REPLY 1
#define MONGODB_QUERY 2004
#define MONGODB_COMPRESSED 2012
#define MONGODB_MESSAGE 2013
/* Of a message: no answer is wanted. */
#define MONGODB_MORE_TO_COME 2

static __always_inline int is_mongodb_kind(u32 kind) {
  return kind == MONGODB_MESSAGE || kind == MONGODB_QUERY || kind == MONGODB_COMPRESSED ||
         kind == MONGODB_REPLY;
}

/* A message that answers none; servers read the head alone. */
static __always_inline int is_mongodb_request(const struct beginning *b) {
  u32 length = b->word, answers = b->second, kind = b->second >> 32;
  if (b->seen < MONGODB_HEAD_BYTES || answers || kind == MONGODB_REPLY || !is_mongodb_kind(kind)) return 0;
  return length >= MONGODB_SEEN_BYTES && length <= MONGODB_BYTES_MAX &&
         (length == b->bytes || b->bytes == MONGODB_HEAD_BYTES);
}

__noinline int mongodb_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  struct frame *frame = &s->frame;
  u32 length = load32(frame_at(s, 0)), kind = load32(frame_at(s, MONGODB_KIND_AT));
  if (!frame_has(s, MONGODB_SEEN_BYTES)) return 0;
  frame->bytes = length;
  frame->text = s->window.position + MONGODB_KIND_AT;
  if (!is_mongodb_kind(kind) || length < MONGODB_SEEN_BYTES || length > MONGODB_BYTES_MAX) {
    frame->kind = FRAME_UNKNOWN;
  } else if (is_request) {
    int is_silent = kind == MONGODB_MESSAGE &&
                    load32(frame_at(s, MONGODB_HEAD_BYTES)) & MONGODB_MORE_TO_COME;
    frame->id = load32(frame_at(s, 4));
    frame->kind = is_silent ? FRAME_TELLS : FRAME_ASKS;
  } else {
    frame->id = load32(frame_at(s, 8));
    frame->kind = FRAME_ANSWERS | FRAME_ENDS;
  }
  return 0;
}

#endif
