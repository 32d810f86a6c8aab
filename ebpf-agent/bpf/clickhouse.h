/*
 * ClickHouse's own protocol: packets whose kind is their first byte and whose length nobody says. A
 * query begins a buffer, and so does an exception, as the server sends it at once; what ends an answer
 * is the last byte of a buffer.
 */
#ifndef SONDE_CLICKHOUSE_H
#define SONDE_CLICKHOUSE_H

#include "joining.h"

#define CLICKHOUSE_QUERY 1
#define CLICKHOUSE_EXCEPTION 2
#define CLICKHOUSE_END 5
/* A query's id as clients make it, in characters, and where its first dash is. */
#define CLICKHOUSE_ID_BYTES 36

/* The client's greeting: its name. */
static __always_inline int is_clickhouse_start(const struct beginning *b) {
  u64 name = (b->word | 0x2020202020200000ull) >> 16;
  return !(u8)b->word && b->seen == BEGINNING_BYTES &&
         name == TEXT8('c', 'l', 'i', 'c', 'k', 'h', 0, 0);
}

/* A query with an id: its first part is of eight digits. */
static __always_inline int is_clickhouse_query(const struct beginning *b) {
  return (b->word & 0xffff) == (CLICKHOUSE_ID_BYTES << 8 | CLICKHOUSE_QUERY) &&
         (b->second >> 16 & 0xff) == '-' && b->bytes > 2 * CLICKHOUSE_ID_BYTES;
}

static __always_inline void clickhouse_request(struct exchange *x, struct scratch *s,
                                               const struct chunk *chunk, u64 seen) {
  u8 id = s->bytes[1];
  if (s->bytes[0] != CLICKHOUSE_QUERY || (id && id != CLICKHOUSE_ID_BYTES)) {
    if (pending(x) || x->is_answered) x->record.request_bytes += chunk->bytes;
    return;
  }
  begin_exchange(x, s, chunk, 0, seen);
  x->record.request_bytes = chunk->bytes;
}

static __always_inline void clickhouse_answer(struct exchange *x, struct scratch *s,
                                              const struct chunk *chunk) {
  u8 last = 0;
  if (!pending(x) && !x->is_answered) return;
  if (!x->is_answered) answer_exchange(x, s, chunk->now, 0);
  x->record.answer_bytes += chunk->bytes;
  x->last_ns = chunk->now;
  if (s->bytes[0] == CLICKHOUSE_EXCEPTION) {
    x->record.flags |= EXCHANGE_FAILED;
    x->record.status = load16(s->bytes + 1);
    end_exchange(x, chunk->now);
    return;
  }
  if (chunk->end && chunk->bytes) bpf_probe_read_user(&last, 1, chunk->end - 1);
  if (last == CLICKHOUSE_END) end_exchange(x, chunk->now);
}

__noinline int clickhouse_data(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  if (!x || !chunk) return 0;
  struct scratch *s = take_scratch(&slot);
  if (!s) return 0;
  u64 seen = BOUNDED(chunk->visible, TEXT_BYTES_MAX);
  s->bytes[0] = 0;
  if (seen > 2 && bpf_probe_read_user(s->bytes, seen, chunk->at)) s->bytes[0] = 0;
  if (chunk->bytes <= 2 && seen) bpf_probe_read_user(s->bytes, 1, chunk->at);
  if (chunk->is_request) {
    clickhouse_request(x, s, chunk, seen);
  } else {
    clickhouse_answer(x, s, chunk);
  }
  give_scratch(slot);
  return 0;
}

#endif
