/*
 * The protocols that are followed. Each is a file of its own that says two things:
 *
 *   is_NAME...(beginning)        whether a buffer begins a conversation of it, or a message midway
 *   NAME_data(exchange, chunk)   what one more buffer means; a global function, verified alone
 *
 * Neither knows where the bytes came from (a socket, or the plaintext of a secure connection) nor
 * where the exchange is kept. A new protocol is an enumerator behind the last one of `enum protocol`
 * and a row in each of the two functions below.
 */
#ifndef SONDE_PROTOCOLS_H
#define SONDE_PROTOCOLS_H

#include "amqp.h"
#include "cassandra.h"
#include "clickhouse.h"
#include "dns.h"
#include "frames.h"
#include "http1.h"
#include "http2.h"
#include "kafka.h"
#include "memcached.h"
#include "mongodb.h"
#include "mysql.h"
#include "nats.h"
#include "postgresql.h"
#include "redis.h"

/* Buffers of a connection that are looked at before its protocol is given up on. */
#define TRIES_MAX 32
/* "\r\n" */
#define LINE_END 0x0a0d

/* What a buffer is: the protocol, and whether it is a request or an answer; neither: it does not say. */
#define REQUEST 0x100
#define ANSWER 0x200

static __always_inline int is_followed(u8 protocol) { return protocol >= PROTOCOL_HTTP1; }

/* Databases, the surest first. A function of its own: what it finds out is not told apart outside. */
__noinline int recognize_database(const struct beginning *b) {
  if (!b) return PROTOCOL_UNKNOWN;
  if (is_redis_request(b)) return PROTOCOL_REDIS | REQUEST;
  if (is_postgresql_request(b)) return PROTOCOL_POSTGRESQL | REQUEST;
  if (is_mysql_greeting(b)) return PROTOCOL_MYSQL | ANSWER;
  if (is_mysql_request(b)) return PROTOCOL_MYSQL | REQUEST;
  if (is_mongodb_request(b)) return PROTOCOL_MONGODB | REQUEST;
  if (is_cassandra_request(b)) return PROTOCOL_CASSANDRA | REQUEST;
  if (is_memcached_request(b)) return PROTOCOL_MEMCACHED | REQUEST;
  if (is_clickhouse_start(b) || is_clickhouse_query(b)) return PROTOCOL_CLICKHOUSE | REQUEST;
  return PROTOCOL_UNKNOWN;
}

/* Brokers. */
__noinline int recognize_broker(const struct beginning *b) {
  if (!b) return PROTOCOL_UNKNOWN;
  if (is_kafka_request(b)) return PROTOCOL_KAFKA | REQUEST;
  if (is_nats_answer(b)) return PROTOCOL_NATS | ANSWER;
  if (is_nats_request(b)) return PROTOCOL_NATS | REQUEST;
  if (is_amqp_request(b)) return PROTOCOL_RABBITMQ | REQUEST;
  if (is_amqp_answer(b)) return PROTOCOL_RABBITMQ | ANSWER;
  return PROTOCOL_UNKNOWN;
}

/* What a buffer's beginning is. */
__noinline int recognize(const struct beginning *b) {
  if (!b) return PROTOCOL_UNKNOWN;
  if (is_nats_request(b)) return PROTOCOL_NATS | REQUEST;
  if (is_http_request(b->word)) return PROTOCOL_HTTP1 | REQUEST;
  if (is_postgresql_startup(b)) return PROTOCOL_POSTGRESQL | REQUEST;
  if (is_http2(b->word)) return PROTOCOL_HTTP2 | REQUEST;
  u32 midway = http2_midway(b);
  if (midway) return PROTOCOL_HTTP2 | midway << 8;
  if (is_tls(b)) return PROTOCOL_TLS;
  int database = recognize_database(b);
  return database ? database : recognize_broker(b);
}

/* Hands a buffer to its protocol; `x->record.ends` says which, and may say another afterwards. */
static __always_inline void follow(struct exchange *x, const struct chunk *chunk) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_HTTP1) {
    http1_data(x, chunk);
  } else if (protocol == PROTOCOL_HTTP2) {
    http2_data(x, chunk);
  } else if (protocol == PROTOCOL_CLICKHOUSE) {
    clickhouse_data(x, chunk);
  } else if (protocol >= PROTOCOL_POSTGRESQL) {
    frames_data(x, chunk);
  }
}

/* Of protocols whose messages say how long they are: what stands at the walk's position. */
static __always_inline void read_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_POSTGRESQL) postgresql_frame(x, s, is_request);
  if (protocol == PROTOCOL_REDIS) redis_frame(x, s, is_request);
  if (protocol == PROTOCOL_MYSQL) mysql_frame(x, s, is_request);
  if (protocol == PROTOCOL_MONGODB) mongodb_frame(x, s, is_request);
  if (protocol == PROTOCOL_KAFKA) kafka_frame(x, s, is_request);
  if (protocol == PROTOCOL_MEMCACHED) memcached_frame(x, s, is_request);
  if (protocol == PROTOCOL_RABBITMQ) amqp_frame(x, s, is_request);
  if (protocol == PROTOCOL_NATS) nats_frame(x, s, is_request);
  if (protocol == PROTOCOL_CASSANDRA) cassandra_frame(x, s, is_request);
  if (protocol == PROTOCOL_DNS) dns_frame(x, s, is_request);
}

/* Whether a buffer ends the answer that could not be followed. */
static __always_inline void read_end(struct exchange *x, struct scratch *s,
                                     const struct chunk *chunk) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_MYSQL) mysql_end(x, &s->frame, chunk);
  if (protocol == PROTOCOL_POSTGRESQL) postgresql_end(x, s, chunk);
  if (protocol == PROTOCOL_REDIS) redis_end(x, &s->frame, chunk);
}

/* Puts `length` bytes, less than 8, before the beginning. */
static __always_inline void put_before(struct beginning *b, u64 bytes, u32 length) {
  u32 bits = 8 * (length & 7);
  if (!bits) return;
  b->second = b->second << bits | b->word >> (64 - bits);
  b->word = b->word << bits | bytes;
  b->seen = b->seen + length < BEGINNING_BYTES ? b->seen + length : BEGINNING_BYTES;
}

static __always_inline void read_beginning(struct beginning *b, const struct chunk *chunk) {
  b->bytes = chunk->bytes;
  b->seen = BOUNDED(chunk->visible, BEGINNING_BYTES);
  if (b->seen && bpf_probe_read_user(&b->word, b->seen, chunk->at)) b->seen = 0;
  u16 last = 0;
  if (chunk->end && chunk->bytes > 2) bpf_probe_read_user(&last, sizeof last, chunk->end - 2);
  b->ends_line = last == LINE_END;
  if (!chunk->vectors || b->seen >= 8 || chunk->vector_count < 2) return;
  /* A head in a piece of its own. */
  struct vector_piece second = {};
  u64 first = b->word, length = b->seen;
  if (bpf_probe_read_user(&second, sizeof second, (const void *)(chunk->vectors + sizeof second))) {
    return;
  }
  b->seen = BOUNDED(second.bytes, BEGINNING_BYTES);
  b->word = 0;
  if (b->seen && bpf_probe_read_user(&b->word, b->seen, (const void *)second.at)) b->seen = 0;
  put_before(b, first, length);
}

/* Keeps a buffer that is a length alone, or puts the kept one before this one; 1: wait for more. */
static __always_inline int keep_length(struct beginning *b, struct sight *sight, u8 asks) {
  u32 kept = 0;
  if (b->bytes == LENGTH_BYTES && b->seen == LENGTH_BYTES && !sight->kept_by) {
    __builtin_memcpy(sight->kept, &b->word, LENGTH_BYTES);
    sight->kept_by = asks;
    return 1;
  }
  if (sight->kept_by != asks) {
    sight->kept_by = 0;
    return 0;
  }
  __builtin_memcpy(&kept, sight->kept, LENGTH_BYTES);
  put_before(b, kept, LENGTH_BYTES);
  b->bytes += LENGTH_BYTES;
  return 0;
}

/*
 * Looks at a buffer of a connection whose protocol is not known yet, and keeps what it finds out in
 * its `ends`. `asks`: the role of this side if the bytes
 * are a request.
 */
static __always_inline void look(struct endpoints *ends, struct sight *sight,
                                 const struct chunk *chunk, u8 asks) {
  struct beginning b = {};
  read_beginning(&b, chunk);
  if (keep_length(&b, sight, asks)) return;
  u32 guess = recognize(&b);
  if (!guess && is_dns_port(ends)) {
    u8 own = ends->local_port == DNS_PORT ? ROLE_SERVER : ROLE_CLIENT;
    guess = PROTOCOL_DNS | (asks == own ? REQUEST : ANSWER);
  }
  u32 says = guess & (REQUEST | ANSWER);
  u8 protocol = guess, role = says == ANSWER ? ROLE_CLIENT + ROLE_SERVER - asks : asks;
  /* An answer cannot begin like a request where it is known who asks. */
  if (says && ends->role != ROLE_UNKNOWN && ends->role != role) protocol = PROTOCOL_UNKNOWN;
  if (!protocol) {
    sight->kept_by = 0;
    if (++sight->tries == TRIES_MAX) ends->protocol = PROTOCOL_OPAQUE;
    return;
  }
  ends->protocol = protocol;
  if (says && ends->role == ROLE_UNKNOWN) ends->role = role;
}

/* Begins to follow a connection with what was kept of it. */
static __always_inline void meet(struct exchange *x, const struct sight *sight,
                                 const struct chunk *chunk) {
  struct stream *stream = chunk->is_request ? &x->request : &x->answer;
  if (!sight->kept_by) return;
  __builtin_memcpy(stream->prefix, sight->kept, LENGTH_BYTES);
  stream->prefix_bytes = LENGTH_BYTES;
}

#endif
