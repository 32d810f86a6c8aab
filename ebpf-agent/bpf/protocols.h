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

#include "database.h"
#include "http1.h"
#include "http2.h"
#include "mysql.h"

/* Buffers of a connection that are looked at before its protocol is given up on. */
#define TRIES_MAX 32

struct guess {
  u8 protocol;
  /* The bytes are a request (1) or an answer (2) of it; 0: they do not say. */
  u8 says;
};
#define REQUEST 1
#define ANSWER 2

static __always_inline int is_followed(u8 protocol) { return protocol >= PROTOCOL_HTTP1; }

/* What a buffer's beginning is; the surest first. */
static __always_inline struct guess recognize(const struct beginning *b) {
  if (is_http_request(b->word)) return (struct guess){PROTOCOL_HTTP1, REQUEST};
  if (is_postgresql_startup(b)) return (struct guess){PROTOCOL_POSTGRESQL, REQUEST};
  if (is_redis_request(b)) return (struct guess){PROTOCOL_REDIS, REQUEST};
  if (is_postgresql_request(b)) return (struct guess){PROTOCOL_POSTGRESQL, REQUEST};
  if (is_http2(b->word)) return (struct guess){PROTOCOL_HTTP2, REQUEST};
  u8 midway = http2_midway(b);
  if (midway) return (struct guess){PROTOCOL_HTTP2, midway};
  if (is_tls(b)) return (struct guess){PROTOCOL_TLS, 0};
  if (is_mysql_greeting(b)) return (struct guess){PROTOCOL_MYSQL, ANSWER};
  if (is_mysql_request(b)) return (struct guess){PROTOCOL_MYSQL, REQUEST};
  return (struct guess){PROTOCOL_UNKNOWN, 0};
}

/* Hands a buffer to its protocol; `x->record.ends` says which, and may say another afterwards. */
static __always_inline void follow(struct exchange *x, const struct chunk *chunk) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_HTTP1) {
    http1_data(x, chunk);
  } else if (protocol == PROTOCOL_HTTP2) {
    http2_data(x, chunk);
  } else if (protocol == PROTOCOL_POSTGRESQL) {
    postgresql_data(x, chunk);
  } else if (protocol == PROTOCOL_REDIS) {
    redis_data(x, chunk);
  } else if (protocol >= PROTOCOL_MYSQL) {
    frames_data(x, chunk);
  }
}

/* Of protocols whose messages say how long they are: what stands at the walk's position. */
static __always_inline void read_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_MYSQL) mysql_frame(x, s, is_request);
}

/* Whether a buffer ends the answer that could not be followed. */
static __always_inline void read_end(struct exchange *x, struct scratch *s,
                                     const struct chunk *chunk) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_MYSQL) mysql_end(x, &s->frame, chunk);
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
  struct guess guess = recognize(&b);
  u8 role = guess.says == ANSWER ? ROLE_CLIENT + ROLE_SERVER - asks : asks;
  /* An answer cannot begin like a request where it is known who asks. */
  if (guess.says && ends->role != ROLE_UNKNOWN && ends->role != role) guess.protocol = 0;
  if (!guess.protocol) {
    sight->kept_by = 0;
    if (++sight->tries == TRIES_MAX) ends->protocol = PROTOCOL_OPAQUE;
    return;
  }
  ends->protocol = guess.protocol;
  if (guess.says && ends->role == ROLE_UNKNOWN) ends->role = role;
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
