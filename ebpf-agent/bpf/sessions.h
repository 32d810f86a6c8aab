/*
 * Who encrypts, and for which socket:
 *
 *   actor     a thread, or a goroutine: the call it is in, and the sockets it used
 *   session   the library's object for a connection: its exchanges, and its socket once that is known
 */
#ifndef SONDE_SESSIONS_H
#define SONDE_SESSIONS_H

#include "protocols.h"

#define SESSIONS_MAX 8192
#define ACTORS_MAX 8192

struct session {
  struct exchange exchange;
  /* The cookie of the socket that one direction pointed to, and which (a role, as `asks`). */
  u64 pointed;
  u8 pointed_by;
  u8 is_placed;
  /* The object may move in memory. */
  u8 moves;
  struct sight sight;
};

struct actor_key {
  u64 actor;
  u32 tgid;
  u32 reserved;
};

struct actor {
  struct session_key session;
  const char *buffer;
  /* Where the buffer lies in pieces: the list of them. */
  struct vectors pieces;
  u64 count_at;
  u64 began_ns;
  /* Where its return address lies: what returns to elsewhere is another call. */
  u64 stack;
  u32 call;
  u8 is_active;
  u8 used_socket;
  /* It waited on a socket in its last call that received. */
  u8 blocks;
  u8 reserved;
  /* Of the socket that was used inside the call. */
  struct endpoints used;
  /* Of the socket that was last read outside of one, and the bytes that may still come of it. */
  struct endpoints received;
  u64 received_bytes;
  /* The call before that used no socket. */
  struct session_key ended;
  u64 ended_ns;
  /* What was written, and waits for its socket. */
  u64 pending_bytes;
};

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, SESSIONS_MAX);
  __type(key, struct session_key);
  __type(value, struct session);
} sessions SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, ACTORS_MAX);
  __type(key, struct actor_key);
  __type(value, struct actor);
} actors SEC(".maps");

/* The sessions of sockets whose objects may move: who closes the socket ends them. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, SESSIONS_MAX);
  __type(key, u64);
  __type(value, struct session_key);
} sessions_by_cookie SEC(".maps");

static const struct session no_session;
static const struct actor no_actor;

static __always_inline struct session *find_session(const struct session_key *key) {
  return bpf_map_lookup_elem(&sessions, key);
}

/* A number that no socket has and no other session: exact in 53 bits. */
static __always_inline u64 session_cookie(const struct session_key *key) {
  u64 mixed = (key->at ^ (u64)key->tgid << 40) * 0x9e3779b97f4a7c15ull;
  return 1ull << 52 | mixed >> 13;
}

static __always_inline struct session *new_session(const struct session_key *key) {
  bpf_map_update_elem(&sessions, key, &no_session, BPF_ANY);
  struct session *s = find_session(key);
  if (!s) {
    count(COUNT_UNTRACKED);
    return 0;
  }
  count(COUNT_SESSIONS);
  s->exchange.record.ends.cookie = session_cookie(key);
  s->exchange.record.ends.secure = 1;
  return s;
}

/* The session's socket is known: what was found out from its plaintext stays. */
static __always_inline void place(struct session *s, const struct endpoints *ends) {
  struct endpoints *own = &s->exchange.record.ends;
  struct placed_record record = {.head.kind = RECORD_PLACED, .former_cookie = own->cookie};
  u8 protocol = own->protocol, role = own->role;
  *own = *ends;
  own->protocol = protocol;
  own->secure = 1;
  if (role != ROLE_UNKNOWN) own->role = role;
  s->is_placed = 1;
  if (!is_followed(protocol)) return;
  record.ends = *own;
  write_record(&record, sizeof record);
}

/* One direction points to a socket: 1 when it is the session's. */
static __always_inline int point(struct session *s, const struct endpoints *ends, u8 by) {
  if (s->is_placed) return s->exchange.record.ends.cookie == ends->cookie;
  if (s->pointed == ends->cookie && s->pointed_by != by) {
    place(s, ends);
    return 1;
  }
  if (s->pointed != ends->cookie) {
    s->pointed = ends->cookie;
    s->pointed_by = by;
  }
  return 0;
}

static __always_inline struct actor *find_actor(const struct actor_key *key) {
  return bpf_map_lookup_elem(&actors, key);
}

static __always_inline struct actor *new_actor(const struct actor_key *key) {
  bpf_map_update_elem(&actors, key, &no_actor, BPF_ANY);
  return find_actor(key);
}

/*
 * The goroutine that makes a call on a socket (r14 while Go's code runs), or the thread, which is
 * new where its first call of the library may be still to come.
 */
static __always_inline struct actor *current_actor(int is_new) {
  u64 task = bpf_get_current_pid_tgid();
  struct registers *registers = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
  struct actor_key key = {.actor = registers->r14, .tgid = task >> 32};
  struct actor *a = find_actor(&key);
  if (a) return a;
  key.actor = (u32)task;
  a = find_actor(&key);
  return a || !is_new ? a : new_actor(&key);
}

#endif
