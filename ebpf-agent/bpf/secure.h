/*
 * Secure connections: what a program hands to its TLS library before it is encrypted, and gets from
 * it after it was decrypted. Probes stand where the library's functions begin and at each of their
 * returns; what passes goes the way of any other bytes, with state of its own.
 *
 * Which socket a session has is known from the calls on sockets that its actor makes inside a call of
 * the library. A library that is given memory instead (node, asyncio) makes none: then it is the socket
 * on which its thread received last before the library read, and whose bytes are as many as a record
 * of what was read has; or else one that is pointed to twice, by bytes received right before the
 * library reads and by bytes sent right after it was called.
 */
#ifndef SONDE_SECURE_H
#define SONDE_SECURE_H

#include "protocols.h"
#include "rustls.h"
#include "sessions.h"

/* What a record adds to its plaintext: head, tag, and in TLS 1.2 a number, padding and a digest. */
#define RECORD_ADDS_MIN 17
#define RECORD_ADDS_MAX 96
/* What is sent later than this after a call is not what the call made. */
#define TURN_NS 1000000000ull

/* What is attached to each probe: how its function is called. */
enum call {
  CALL_WRITES = 1,
  /* The result says whether it went well, the fourth argument points to the number of bytes. */
  CALL_COUNTS = 2,
  /* Go's registers, and its goroutine. */
  CALL_GO = 4,
  /* The result is a long, not an int. */
  CALL_LONG = 8,
  /* It is the function's return. */
  CALL_ENDS = 16,
  /* The library gives the object's memory back. */
  CALL_FREES = 32,
  /* rustls: what it read is there when the call begins; its objects may move in memory. */
  CALL_RUST = 64,
  /* The second argument points to rustls's chunks. */
  CALL_CHUNKS = 128,
};

/* What the actor's call moved goes the way of any other bytes. */
static __always_inline void take_plain(struct actor *a, struct session *s, u64 bytes) {
  int writes = (a->call & CALL_WRITES) != 0;
  struct endpoints *ends = &s->exchange.record.ends;
  struct chunk chunk = {.now = bpf_ktime_get_ns(), .at = a->buffer, .visible = bytes, .bytes = bytes};
  u8 asks = writes ? ROLE_CLIENT : ROLE_SERVER;
  chunk.end = chunk.at + bytes;
  if (a->pieces.count) find_pieces(&chunk, a->pieces);
  chunk.tgid = a->session.tgid;
  chunk.blocks = a->blocks && !writes;
  int is_new = ends->protocol == PROTOCOL_UNKNOWN;
  if (is_new) look(ends, &s->sight, &chunk, asks);
  if (!is_followed(ends->protocol)) return;
  chunk.is_request = ends->role == asks;
  if (is_new) meet(&s->exchange, &s->sight, &chunk);
  if (writes && chunk.is_request) chunk.now = a->began_ns;
  follow(&s->exchange, &chunk);
}

/* The session of the actor's object, which is on this socket: a new one, or one that moved in memory. */
static __always_inline struct session *session_on(const struct actor *a,
                                                  const struct endpoints *ends) {
  u64 cookie = ends->cookie;
  if (!cookie) return 0;
  struct session_key *known = bpf_map_lookup_elem(&sessions_by_cookie, &cookie);
  struct session_key former = known ? *known : (struct session_key){};
  struct session *s = known ? find_session(&former) : 0;
  if (s) {
    bpf_map_update_elem(&sessions, &a->session, s, BPF_ANY);
    bpf_map_delete_elem(&sessions, &former);
    s = find_session(&a->session);
  } else {
    s = new_session(&a->session);
    if (s) place(s, ends);
    if (s) s->moves = 1;
  }
  bpf_map_update_elem(&sessions_by_cookie, &cookie, &a->session, BPF_ANY);
  return s;
}

/*
 * rustls decrypts at once what its thread received, and what it encrypted its thread sends at once:
 * what an unknown object writes waits for that.
 */
static __always_inline struct session *rust_session(struct actor *a, struct session *s, u64 bytes,
                                                    int writes) {
  if (s) {
    a->ended = a->session;
    a->ended_ns = bpf_ktime_get_ns();
  } else if (writes) {
    a->pending_bytes = bytes;
  } else {
    s = session_on(a, &a->received);
  }
  return s;
}

/* A socket of a secure connection moved bytes: whose it is. */
static __always_inline void find_owner(struct connection *c, struct actor *a, u64 bytes, u8 asks) {
  if (a->is_active) {
    a->used = c->ends;
    a->used_socket = 1;
    c->session = a->session;
  } else if (asks == ROLE_SERVER) {
    a->received = c->ends;
    a->received_bytes = bytes;
  } else if (a->pending_bytes) {
    u64 pending = a->pending_bytes;
    a->pending_bytes = 0;
    if (bpf_ktime_get_ns() - a->began_ns > TURN_NS) return;
    struct session *s = session_on(a, &c->ends);
    c->session = a->session;
    c->session_moves = 1;
    if (s) take_plain(a, s, pending);
  } else if (a->ended.at) {
    struct session_key key = a->ended;
    a->ended.at = 0;
    if (bpf_ktime_get_ns() - a->ended_ns > TURN_NS) return;
    struct session *s = find_session(&key);
    if (!s || !point(s, &c->ends, ROLE_CLIENT)) return;
    c->session = key;
    c->session_moves = s->moves;
  }
}

static __always_inline void secured(struct connection *c, u64 bytes, u8 asks, u32 blocks) {
  int is_owned = c->session.at && !c->session_moves;
  struct actor *a = !is_owned || blocks ? current_actor(!is_owned) : 0;
  if (a) a->blocks = blocks;
  if (a && !is_owned) find_owner(c, a, bytes, asks);
  if (!c->session.at || c->inner) return;
  struct session *s = find_session(&c->session);
  if (s && is_followed(s->exchange.record.ends.protocol)) c->inner = s->exchange.record.ends.protocol;
}

static __always_inline void end_session(const struct session_key *key, u64 cookie) {
  struct session *s = find_session(key);
  if (!s || (cookie && s->exchange.record.ends.cookie != cookie)) return;
  abandon_exchange(&s->exchange, bpf_ktime_get_ns(), EXCHANGE_UNANSWERED);
  bpf_map_delete_elem(&sessions, key);
}

/* A socket of a secure connection was closed. */
static __always_inline void end_secure(const struct connection *c) {
  u64 cookie = c->ends.cookie;
  struct session_key *found = bpf_map_lookup_elem(&sessions_by_cookie, &cookie);
  struct session_key key = found ? *found : c->session;
  if (found) bpf_map_delete_elem(&sessions_by_cookie, &cookie);
  if (key.at) end_session(&key, cookie);
}

/* What the call that ends now tells about the session's socket; the session, which may be a new one. */
static __always_inline struct session *learn_place(struct actor *a, struct session *s, u64 bytes,
                                                   int writes) {
  if (a->used_socket) {
    if (s->is_placed && s->exchange.record.ends.cookie != a->used.cookie) {
      /* The library used the memory of one connection for another. */
      abandon_exchange(&s->exchange, bpf_ktime_get_ns(), EXCHANGE_UNANSWERED);
      s = new_session(&a->session);
      if (!s) return 0;
    }
    if (!s->is_placed) place(s, &a->used);
    return s;
  }
  a->ended = a->session;
  a->ended_ns = bpf_ktime_get_ns();
  if (writes || !a->received.cookie) return s;
  if (bytes > a->received_bytes) return s;
  u64 added = a->received_bytes - bytes;
  a->received_bytes = added;
  int is_record = bytes && added >= RECORD_ADDS_MIN && added <= RECORD_ADDS_MAX;
  if (is_record && !s->is_placed) {
    place(s, &a->received);
  } else {
    point(s, &a->received, ROLE_SERVER);
  }
  return s;
}

static __always_inline struct actor_key actor_of(struct registers *r, u64 call) {
  u64 task = bpf_get_current_pid_tgid(), goroutine = REGISTER(r, r14);
  return (struct actor_key){.actor = call & CALL_GO ? goroutine : (u32)task, .tgid = task >> 32};
}

static __always_inline struct actor *call_begins(struct registers *r, u64 call) {
  struct actor_key key = actor_of(r, call);
  if (is_own(key.tgid)) return 0;
  struct actor *a = find_actor(&key) ?: new_actor(&key);
  if (!a) return 0;
  int is_go = (call & CALL_GO) != 0;
  u64 ax = REGISTER(r, ax), bx = REGISTER(r, bx), di = REGISTER(r, di), si = REGISTER(r, si);
  a->session.at = is_go ? ax : di;
  a->session.tgid = key.tgid;
  a->buffer = (const char *)(is_go ? bx : si);
  a->pieces.count = 0;
  a->pending_bytes = 0;
  if (call & CALL_CHUNKS) read_chunks(&a->buffer, &a->pieces);
  a->count_at = REGISTER(r, cx);
  a->stack = REGISTER(r, sp);
  a->began_ns = bpf_ktime_get_ns();
  a->call = call;
  a->used_socket = 0;
  a->is_active = 1;
  return a;
}

static __always_inline u64 moved_bytes(struct registers *r, const struct actor *a) {
  u64 bytes = 0, ax = REGISTER(r, ax);
  s64 result = a->call & (CALL_LONG | CALL_GO) ? (s64)ax : (s32)ax;
  if (result <= 0) return 0;
  if (!(a->call & CALL_COUNTS)) return result;
  if (bpf_probe_read_user(&bytes, sizeof bytes, (const void *)a->count_at)) return 0;
  return bytes;
}

/* The actor whose call ends now; 0 when it is another call that ends. */
static __always_inline struct actor *call_ends(struct registers *r, u64 call) {
  struct actor_key key = actor_of(r, call);
  struct actor *a = find_actor(&key);
  if (!a || !a->is_active) return 0;
  /* Go moves its stacks. */
  if (!(call & CALL_GO) && a->stack != REGISTER(r, sp)) return 0;
  return a;
}

/* The library took or gave so many bytes of plaintext. */
static __always_inline int passed(struct actor *a, u64 bytes) {
  int writes = (a->call & CALL_WRITES) != 0;
  a->is_active = 0;
  struct session *s = find_session(&a->session);
  if (a->call & CALL_RUST) {
    s = rust_session(a, s, bytes, writes);
  } else {
    if (!s) s = new_session(&a->session);
    if (s) s = learn_place(a, s, bytes, writes);
  }
  if (s && bytes) take_plain(a, s, bytes);
  return 0;
}

SEC("uprobe.multi")
int secure_call(struct registers *r) {
  u64 call = bpf_get_attach_cookie(r);
  if (call & CALL_FREES) {
    struct session_key key = {.at = REGISTER(r, di), .tgid = current_tgid()};
    end_session(&key, 0);
    return 0;
  }
  struct actor *a = call & CALL_ENDS ? call_ends(r, call) : call_begins(r, call);
  if (!a) return 0;
  if (call & CALL_ENDS) return passed(a, moved_bytes(r, a));
  if ((call & (CALL_RUST | CALL_WRITES)) == CALL_RUST) return passed(a, read_payload(&a->buffer));
  return 0;
}

#endif
