/*
 * PostgreSQL (protocol 3.0): messages of type and big-endian length. A simple query is an exchange, and
 * so is what of the extended protocol is sent up to its Sync; each ends with "ready". Exchanges may be
 * sent ahead of their answers.
 */
#ifndef SONDE_POSTGRESQL_H
#define SONDE_POSTGRESQL_H

#include "kafka.h"
#include "lines.h"

#define POSTGRESQL_3_0 0x00030000
#define POSTGRESQL_CANCEL 80877102
#define POSTGRESQL_SSL 80877103
#define POSTGRESQL_GSS 80877104
/* Type and length of a message. */
#define MESSAGE_BYTES 5
#define STARTUP_BYTES 8
/* "Z", length 5, transaction status: the end of every answer. */
#define READY_BYTES 6
#define POSTGRESQL_BYTES_MAX (1u << 30)
#define ERROR_FIELDS_MAX 48
/* Of an answer that could not be followed the end, in which an error is looked for. */
#define LAST_BYTES 512

/* notes[0]: an answer has begun; notes[1]: an extended query has; notes[2]: encryption was asked for. */

/* The first bytes of a connection: length and version. */
static __always_inline int is_postgresql_startup(const struct beginning *b) {
  u32 version = swapped32(b->word >> 32);
  return swapped32(b->word) == b->bytes &&
         (version == POSTGRESQL_3_0 || (version == POSTGRESQL_SSL && b->bytes == STARTUP_BYTES));
}

/* A query, or the parse or bind message of an extended one, whose length fits the buffer. */
static __always_inline int is_postgresql_request(const struct beginning *b) {
  u8 type = b->word;
  u64 length = (u64)swapped32(b->word >> 8) + 1;
  if (type == 'Q') return length == b->bytes && length > MESSAGE_BYTES;
  return (type == 'P' || type == 'B') && length < b->bytes && length > MESSAGE_BYTES;
}

/* Parse, bind, execute, describe, close: up to the next Sync they are one. */
static __always_inline int is_extended(u8 type) {
  return type == 'P' || type == 'B' || type == 'E' || type == 'D' || type == 'C';
}

/* Copied data, its end, its failure, flush, Sync, passwords, farewell. */
static __always_inline int is_postgresql_rest(u8 type) {
  return type == 'd' || type == 'c' || type == 'f' || type == 'H' || type == 'S' || type == 'p' || type == 'X';
}

static __always_inline void postgresql_request(struct exchange *x, struct scratch *s, u8 type) {
  struct frame *frame = &s->frame;
  frame->text_end = ~1ull;
  if (type == 'Q' || type == 'F') {
    frame->kind = FRAME_ASKS;
  } else if (is_extended(type)) {
    if (!x->notes[1]) frame->kind = FRAME_ASKS;
    x->notes[1] = 1;
  } else if (type == 'S' && !x->notes[1]) {
    /* Alone it is answered too. */
    frame->kind = FRAME_ASKS;
  } else if (type == 'S') {
    x->notes[1] = 0;
  } else if (!is_postgresql_rest(type)) {
    frame->kind = FRAME_UNKNOWN;
  }
}

/* What a connection begins with, before there are types. */
static __always_inline void postgresql_startup(struct exchange *x, struct scratch *s) {
  u32 version = swapped32(load32(frame_at(s, 4)));
  s->frame.bytes = swapped32(load32(frame_at(s, 0)));
  if (version == POSTGRESQL_SSL || version == POSTGRESQL_GSS) x->notes[2] = 1;
  if (s->frame.bytes < STARTUP_BYTES) s->frame.kind = FRAME_UNKNOWN;
}

/* SQLSTATE of an ErrorResponse: a zero byte, "C", five characters. */
static long find_sqlstate(u64 index, struct looked_through *l) {
  struct scratch *s = l->s;
  if (load16(frame_at(s, MESSAGE_BYTES + index)) != ('C' << 8)) return 0;
  s->frame.code = load64(frame_at(s, MESSAGE_BYTES + index + 2)) & FIRST_BYTES(5);
  return 1;
}

__noinline int read_sqlstate(struct scratch *s) {
  if (!s) return 0;
  struct looked_through l = {.s = s};
  bpf_loop(ERROR_FIELDS_MAX, find_sqlstate, &l, 0);
  return 0;
}

static __always_inline int is_postgresql_answer(u8 type) {
  return (type >= '1' && type <= '3') || (type >= 'A' && type <= 'Z') || type == 'c' || type == 'd' ||
         type == 'n' || type == 's' || type == 't' || type == 'v';
}

static __always_inline void postgresql_answer(struct exchange *x, struct scratch *s, u8 type) {
  struct frame *frame = &s->frame;
  frame->text_end = s->window.position;
  if (!is_postgresql_answer(type)) {
    frame->kind = FRAME_UNKNOWN;
    return;
  }
  /* Said at any time: a notice, a parameter, a notification. Only at the start: passwords, keys. */
  if (type == 'N' || type == 'S' || type == 'A' || type == 'R' || type == 'K' || type == 'v') return;
  int is_first = !x->notes[0];
  if (is_first && type == 'Z' && !pending(x)) return;
  x->notes[0] = type != 'Z';
  if (is_first) frame->kind = FRAME_ANSWERS;
  if (type == 'D' || type == 'd') frame->kind |= FRAME_IS_ROW;
  if (type == 'Z') frame->kind |= FRAME_ENDS;
  if (type == 'E') {
    frame->kind |= FRAME_FAILS;
    read_sqlstate(s);
  }
  /* A replica: data without an end. */
  if (type == 'W') x->record.ends.protocol = PROTOCOL_OPAQUE;
}

/* One byte says whether the connection is encrypted from here on. */
static __always_inline int postgresql_agreed(struct exchange *x, struct scratch *s, u8 type) {
  if (!x->notes[2] || (type != 'S' && type != 'N' && type != 'G')) return 0;
  x->notes[2] = 0;
  s->frame.bytes = 1;
  if (type == 'S') x->record.ends.protocol = PROTOCOL_TLS;
  if (type == 'G') x->record.ends.protocol = PROTOCOL_OPAQUE;
  return 1;
}

__noinline int postgresql_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  u8 type = frame_byte(s, 0);
  if (!is_request && postgresql_agreed(x, s, type)) return 0;
  if (!frame_has(s, MESSAGE_BYTES)) return 0;
  if (is_request && !type) {
    if (frame_has(s, STARTUP_BYTES)) postgresql_startup(x, s);
    return 0;
  }
  u64 length = swapped32(load32(frame_at(s, 1)));
  s->frame.bytes = length + 1;
  if (length < 4 || length > POSTGRESQL_BYTES_MAX) {
    s->frame.kind = FRAME_UNKNOWN;
  } else if (is_request) {
    postgresql_request(x, s, type);
  } else {
    postgresql_answer(x, s, type);
  }
  return 0;
}

#define VERROR TEXT8('V', 'E', 'R', 'R', 'O', 'R', 0, 'C')

static long find_verror(u64 index, struct looked_through *l) {
  struct scratch *s = l->s;
  if (load64(scratch_at(s, index)) != VERROR) return 0;
  s->frame.kind |= FRAME_FAILS;
  s->frame.code = load64(scratch_at(s, index + 8)) & FIRST_BYTES(5);
  return 1;
}

/* "Ready" at the end of a buffer, and an error before it or instead of it. */
static __always_inline void postgresql_end(struct exchange *x, struct scratch *s,
                                           const struct chunk *chunk) {
  u64 ready = 0;
  if (chunk->vectors || !chunk->end || chunk->bytes < READY_BYTES) return;
  if (bpf_probe_read_user(&ready, READY_BYTES, chunk->end - READY_BYTES)) return;
  int is_ready = (ready & FIRST_BYTES(5)) == TEXT8('Z', 0, 0, 0, 5, 0, 0, 0);
  /* An error ends so, and is sent at once. */
  if (!is_ready && ready >> 32) return;
  if (is_ready) {
    x->notes[0] = 0;
    s->frame.kind = FRAME_ENDS;
  }
  u64 length = chunk->bytes < LAST_BYTES ? chunk->bytes : LAST_BYTES;
  length = BOUNDED(length, LAST_BYTES);
  if (bpf_probe_read_user(s->bytes, length, chunk->end - length)) return;
  struct looked_through l = {.s = s};
  if (length > 16) bpf_loop(length - 16, find_verror, &l, 0);
}

#endif
