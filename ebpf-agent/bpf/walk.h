/*
 * Going through a buffer from message to message, for protocols that are framed: a window of it at a
 * time, copied into the scratch. What the bytes mean is the protocol's.
 */
#ifndef SONDE_WALK_H
#define SONDE_WALK_H

#include "exchange.h"

/* Windows looked at in one buffer: 64 KiB. */
#define WINDOWS_MAX 16

/* Goes through a buffer from message to message; where it is stands in the scratch. */
struct walk {
  struct exchange *x;
  struct scratch *s;
  struct stream *stream;
  const struct chunk *chunk;
};

/* Bytes from `position` on are missing in this window: 1 when another one has them. */
static __always_inline int ask_for_more(struct walk *w) {
  if (w->s->window.seen >= w->s->window.reach || w->s->window.position == 0) return 0;
  w->s->window.wants_more = 1;
  return 1;
}

static __always_inline void lose(struct stream *stream) {
  stream->framing = IN_UNKNOWN;
  stream->left = 0;
}

/* Keeps the bytes of a head that is not there yet; 1 when they are too many or not there. */
static __always_inline int keep_prefix(struct walk *w) {
  u64 length = w->s->window.end - w->s->window.position;
  if (w->s->window.seen < w->s->window.end || length >= PREFIX_BYTES) return 1;
  asm volatile("" : "+r"(length));
  length &= PREFIX_BYTES - 1;
  bpf_probe_read_kernel(w->stream->prefix, length, scratch_at(w->s, w->s->window.position));
  w->stream->prefix_bytes = length;
  return 0;
}

/* Copies a window of the buffer behind `kept` bytes that are in the scratch. */
static __always_inline void fill_window(struct walk *w, u64 kept, u64 visible, u64 bytes) {
  u64 length = BOUNDED(visible, SCAN_BYTES);
  if (length && bpf_probe_read_user(w->s->bytes + (kept & (PREFIX_BYTES - 1)), length, w->s->window.at)) {
    count(COUNT_UNREADABLE);
    length = 0;
    visible = 0;
  }
  w->s->window.position = 0;
  w->s->window.seen = kept + length < SCAN_BYTES ? kept + length : SCAN_BYTES;
  w->s->window.reach = kept + visible;
  w->s->window.end = kept + bytes;
}

/* What was kept of the buffer before, then the beginning of this one. */
static __always_inline void fill_first(struct walk *w) {
  struct stream *stream = w->stream;
  u64 kept = stream->prefix_bytes & (PREFIX_BYTES - 1);
  stream->prefix_bytes = 0;
  __builtin_memcpy(w->s->bytes, stream->prefix, PREFIX_BYTES);
  w->s->window.at = w->chunk->at;
  fill_window(w, kept, w->chunk->visible, w->chunk->bytes);
  w->s->window.at -= kept;
}

/* A whole buffer lies in a body: nothing of it needs to be read. */
static __always_inline int passes_body(struct exchange *x, struct stream *stream,
                                       const struct chunk *chunk) {
  if (stream->framing == AT_HEAD || stream->framing == IN_UNKNOWN || stream->left <= chunk->bytes) {
    return 0;
  }
  stream->left -= chunk->bytes;
  return 1;
}

#endif
