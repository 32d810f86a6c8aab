/*
 * PostgreSQL (protocol 3.0) and Redis (RESP 2 and 3): one exchange a round trip. Statements or
 * commands that are sent together before the answer are one exchange, and its text begins with the
 * first; the reader counts what it can see in it.
 */
#ifndef SONDE_DATABASE_H
#define SONDE_DATABASE_H

#include "exchange.h"

#define POSTGRESQL_3_0 0x00030000
/* Type and length of a message. */
#define MESSAGE_BYTES 5
/* "Z", length 5, transaction status: the end of every answer of PostgreSQL. */
#define READY_BYTES 6
/* Messages before an error that are looked at. */
#define MESSAGES_MAX 8
#define ERROR_FIELDS_MAX 48

static __always_inline u32 big_endian(u32 number) { return __builtin_bswap32(number); }

/* The first bytes of a connection: length and version. */
static __always_inline int is_postgresql_startup(const struct beginning *b) {
  return big_endian(b->word) == b->bytes && big_endian(b->word >> 32) == POSTGRESQL_3_0;
}

/* A query, or the parse or bind message of an extended one, whose length fits the buffer. */
static __always_inline int is_postgresql_request(const struct beginning *b) {
  u8 type = b->word;
  u64 length = (u64)big_endian(b->word >> 8) + 1;
  if (type == 'Q') return length == b->bytes && length > MESSAGE_BYTES;
  return (type == 'P' || type == 'B') && length < b->bytes && length > MESSAGE_BYTES;
}

/* An array of bulk strings: "*2\r\n$3\r\n", or "*12\r\n$4". */
static __always_inline int is_redis_request(const struct beginning *b) {
  u8 type = b->word, digit = b->word >> 8;
  if (type != '*' || digit < '1' || digit > '9') return 0;
  u64 rest = b->word >> 16;
  if ((u8)rest >= '0' && (u8)rest <= '9') rest >>= 8;
  return (rest & FIRST_BYTES(3)) == TEXT8('\r', '\n', '$', 0, 0, 0, 0, 0);
}

/* Messages that ask something: not the start-up, passwords, synchronization, copied data, farewell. */
static __always_inline int asks_postgresql(char type) {
  return type == 'Q' || type == 'P' || type == 'B' || type == 'E' || type == 'D' || type == 'C' ||
         type == 'F';
}

static __always_inline void begin_round_trip(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  x->record.request_bytes += chunk->bytes;
  if (pending(x) && !x->heard_answer) return;
  struct scratch *s = take_scratch(&slot);
  if (!s) return;
  u64 length = BOUNDED(chunk->visible, TEXT_BYTES_MAX);
  if (length && bpf_probe_read_user(s->bytes, length, chunk->at)) {
    count(COUNT_UNREADABLE);
    length = 0;
  }
  if (x->record.ends.protocol != PROTOCOL_POSTGRESQL || asks_postgresql(s->bytes[0])) {
    begin_exchange(x, s, chunk, 0, length);
    x->record.request_bytes = chunk->bytes;
  }
  give_scratch(slot);
}

static __always_inline void end_round_trip(struct exchange *x, u64 now) {
  if (!pending(x)) return;
  x->answers = x->requests;
  end_exchange(x, now);
}

/* SQLSTATE of an ErrorResponse whose fields begin there: a zero byte, "C", five characters. */
__noinline int read_sqlstate(struct exchange *x, const struct scratch *s, u64 position) {
  if (!x || !s) return 0;
  for (u32 i = 0; i < ERROR_FIELDS_MAX; i++) {
    if (*scratch_at(s, position + i) != 0 || *scratch_at(s, position + i + 1) != 'C') continue;
    for (u32 j = 0; j < 5; j++) x->record.code[j] = *scratch_at(s, position + i + 2 + j);
    break;
  }
  return 0;
}

/* Looks for an error among the first messages of an answer. */
static __always_inline void find_error(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  struct scratch *s = take_scratch(&slot);
  if (!s) return;
  u64 seen = BOUNDED(chunk->visible, TEXT_BYTES_MAX), position = 0;
  if (!seen || bpf_probe_read_user(s->bytes, seen, chunk->at)) {
    give_scratch(slot);
    return;
  }
  for (u32 i = 0; i < MESSAGES_MAX; i++) {
    if (position + MESSAGE_BYTES > seen) break;
    u8 type = *scratch_at(s, position);
    if (type == 'E') {
      x->record.flags |= EXCHANGE_FAILED;
      read_sqlstate(x, s, position + MESSAGE_BYTES);
      break;
    }
    if (type == 'D' || type == 'Z') break;
    position += (u64)big_endian(load32(scratch_at(s, position + 1))) + 1;
  }
  give_scratch(slot);
}

/* The six bytes as a number, less the last: the transaction's status. */
#define READY 0x050000005aull
#define READY_BITS 0xffffffffffull

/* Whether the stream's last six bytes say that the server is ready; `left` has them for when they are split. */
static __always_inline int is_ready(struct stream *stream, const struct chunk *chunk) {
  u64 last = 0;
  if (chunk->visible < chunk->bytes) return 0;
  if (chunk->bytes >= READY_BYTES) {
    if (bpf_probe_read_user(&last, READY_BYTES, chunk->at + chunk->bytes - READY_BYTES)) return 0;
  } else {
    u64 bits = 8 * (chunk->bytes & 7);
    bpf_probe_read_user(&last, chunk->bytes & 7, chunk->at);
    last = stream->left >> bits | last << (8 * READY_BYTES - bits);
  }
  stream->left = last;
  return (last & READY_BITS) == READY;
}

__noinline int postgresql_data(struct exchange *x, const struct chunk *chunk) {
  if (!x || !chunk) return 0;
  if (chunk->is_request) {
    begin_round_trip(x, chunk);
    return 0;
  }
  x->record.answer_bytes += chunk->bytes;
  x->last_ns = chunk->now;
  if (pending(x) && !(x->record.flags & EXCHANGE_FAILED)) find_error(x, chunk);
  if (is_ready(&x->answer, chunk)) end_round_trip(x, chunk->now);
  return 0;
}

__noinline int redis_data(struct exchange *x, const struct chunk *chunk) {
  char first[CODE_BYTES + 1] = {};
  if (!x || !chunk) return 0;
  if (chunk->is_request) {
    begin_round_trip(x, chunk);
    return 0;
  }
  x->record.answer_bytes += chunk->bytes;
  if (!pending(x)) return 0;
  u64 length = chunk->visible < sizeof first ? chunk->visible : sizeof first;
  asm volatile("" : "+r"(length));
  length &= 15;
  if (length > sizeof first) length = sizeof first;
  if (length) bpf_probe_read_user(first, length, chunk->at);
  if (first[0] == '-' || first[0] == '!') {
    x->record.flags |= EXCHANGE_FAILED;
    __builtin_memcpy(x->record.code, first + 1, CODE_BYTES);
  }
  end_round_trip(x, chunk->now);
  return 0;
}

#endif
