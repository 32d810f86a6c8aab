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
  if (is_tls(b)) return (struct guess){PROTOCOL_TLS, 0};
  return (struct guess){PROTOCOL_UNKNOWN, 0};
}

/* Hands a buffer to its protocol; `x->record.ends` says which, and may say another afterwards. */
static __always_inline void follow(struct exchange *x, const struct chunk *chunk) {
  u8 protocol = x->record.ends.protocol;
  if (protocol == PROTOCOL_HTTP1) {
    http1_data(x, chunk);
  } else if (protocol == PROTOCOL_POSTGRESQL) {
    postgresql_data(x, chunk);
  } else if (protocol == PROTOCOL_REDIS) {
    redis_data(x, chunk);
  }
}

static __always_inline void read_beginning(struct beginning *b, const struct chunk *chunk) {
  b->bytes = chunk->bytes;
  b->seen = BOUNDED(chunk->visible, BEGINNING_BYTES);
  if (b->seen && bpf_probe_read_user(&b->word, b->seen, chunk->at)) b->seen = 0;
}

/*
 * Looks at a buffer of a connection whose protocol is not known yet, and keeps what it finds out in
 * its `ends`; `tries` counts the buffers that said nothing. `asks`: the role of this side if the bytes
 * are a request.
 */
static __always_inline void look(struct endpoints *ends, u8 *tries, const struct chunk *chunk,
                                 u8 asks) {
  struct beginning b = {};
  read_beginning(&b, chunk);
  struct guess guess = recognize(&b);
  u8 role = guess.says == ANSWER ? ROLE_CLIENT + ROLE_SERVER - asks : asks;
  /* An answer cannot begin like a request where it is known who asks. */
  if (guess.says && ends->role != ROLE_UNKNOWN && ends->role != role) guess.protocol = 0;
  if (!guess.protocol) {
    if (++*tries == TRIES_MAX) ends->protocol = PROTOCOL_OPAQUE;
    return;
  }
  ends->protocol = guess.protocol;
  if (guess.says && ends->role == ROLE_UNKNOWN) ends->role = role;
}

#endif
