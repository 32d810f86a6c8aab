/*
 * Buffers that lie in several pieces (writev, sendmsg): a window of them is gathered into the scratch,
 * so that a message whose head is a piece of its own is one.
 */
#ifndef SONDE_GATHER_H
#define SONDE_GATHER_H

#include "walk.h"

/* Pieces of one buffer that are looked at. */
#define PIECES_MAX 64

/* One piece of a buffer behind the others. */
struct gathering {
  struct scratch *s;
  u64 vectors;
  u64 skip;
  u64 room;
  u64 to;
};

static long gather_piece(u64 index, struct gathering *g) {
  struct vector_piece piece = {};
  const void *at = (const void *)(g->vectors + sizeof piece * index);
  if (!g->room || bpf_probe_read_user(&piece, sizeof piece, at)) return 1;
  if (g->skip >= piece.bytes) {
    g->skip -= piece.bytes;
    return 0;
  }
  u64 length = piece.bytes - g->skip;
  length = BOUNDED(length < g->room ? length : g->room, SCAN_BYTES);
  u64 to = g->to & (SCAN_BYTES - 1);
  if (length && bpf_probe_read_user(g->s->bytes + to, length, (const void *)(piece.at + g->skip))) {
    count(COUNT_UNREADABLE);
    return 1;
  }
  g->skip = 0;
  g->room -= length;
  g->to += length;
  return 0;
}

/* Copies a window of a buffer in pieces behind `kept` bytes that are in the scratch. */
__noinline int gather_window(struct scratch *s, const struct chunk *chunk, u64 kept) {
  if (!s || !chunk) return 0;
  struct gathering g = {.s = s, .vectors = chunk->vectors, .skip = s->window.skipped, .to = kept};
  u64 pieces = chunk->vector_count, bytes = chunk->bytes - s->window.skipped;
  g.room = SCAN_BYTES - kept < bytes ? SCAN_BYTES - kept : bytes;
  u64 wanted = g.room;
  bpf_loop(pieces < PIECES_MAX ? pieces : PIECES_MAX, gather_piece, &g, 0);
  s->window.position = 0;
  s->window.seen = g.to;
  s->window.end = kept + bytes;
  s->window.reach = g.room || wanted == bytes ? s->window.seen : s->window.end;
  return 0;
}

static __always_inline void fill_frames(struct walk *w) {
  struct stream *stream = w->stream;
  if (!w->chunk->vectors) {
    fill_first(w);
    return;
  }
  u64 kept = stream->prefix_bytes & (PREFIX_BYTES - 1);
  stream->prefix_bytes = 0;
  __builtin_memcpy(w->s->bytes, stream->prefix, PREFIX_BYTES);
  w->s->window.skipped = 0;
  gather_window(w->s, w->chunk, kept);
  /* From here on positions count from the kept bytes. */
  w->s->window.skipped -= kept;
}

static __always_inline void fill_next(struct walk *w) {
  struct window *window = &w->s->window;
  u64 moved = window->position;
  if (w->chunk->vectors) {
    window->skipped += moved;
    gather_window(w->s, w->chunk, 0);
  } else {
    window->at += moved;
    fill_window(w, 0, window->reach - moved, window->end - moved);
  }
}

#endif
