/* Buffers that lie in several pieces: a list of addresses and lengths (struct iovec, slices of Rust). */
#ifndef SONDE_PIECES_H
#define SONDE_PIECES_H

#include "exchange.h"

#define VECTORS_MAX 1024

/* Of several pieces the first can be seen, and the end of the last. */
static __always_inline void find_pieces(struct chunk *chunk, struct vectors all) {
  struct vector_piece piece = {};
  if (bpf_probe_read_user(&piece, sizeof piece, (const void *)all.at)) return;
  chunk->at = (const char *)piece.at;
  chunk->visible = piece.bytes < chunk->bytes ? piece.bytes : chunk->bytes;
  if (chunk->visible < chunk->bytes) {
    chunk->vectors = all.at;
    chunk->vector_count = all.count;
  }
  if (chunk->visible == chunk->bytes) {
    chunk->end = chunk->at + chunk->bytes;
  } else if (all.count > 1 && all.count <= VECTORS_MAX) {
    const void *last = (const void *)(all.at + (all.count - 1) * sizeof piece);
    if (!bpf_probe_read_user(&piece, sizeof piece, last) && piece.bytes >= 5) {
      chunk->end = (const char *)(piece.at + piece.bytes);
    }
  }
}

#endif
