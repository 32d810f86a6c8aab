/*
 * Sockets that listen: how full the queue is of what they have not accepted yet, and what found it
 * full. The kernel counts both in the socket; nothing runs when a connection comes.
 */
#ifndef SONDE_LISTENING_H
#define SONDE_LISTENING_H

#include "connection.h"

/* What did not change is said again, so that the reader need not keep it for ever. */
#define LISTENER_SILENCE_NS 60000000000ull

struct listener {
  u32 tgid;
  /* As they were said last. */
  u32 drops;
  u32 queue;
  u32 queue_max;
  u64 said_ns;
};

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct listener);
} listeners SEC(".maps");

#define LISTENING_PORTS_MAX 4096

struct listening_port {
  u32 netns;
  u32 port;
};

/* Ports that somebody listens on, or did. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, LISTENING_PORTS_MAX);
  __type(key, struct listening_port);
  __type(value, u8);
} listening_ports SEC(".maps");

static __always_inline struct listening_port listening_port(const struct endpoints *ends) {
  return (struct listening_port){.netns = ends->netns, .port = ends->local_port};
}

/*
 * Who asks on a connection that is older than the programs: whose port was taken to connect, and for
 * nothing else, or whose port somebody listens on. By its bytes alone an answer may look like a request.
 */
static __always_inline u8 older_role(const struct endpoints *ends, struct sock *sk) {
  signed char reuse = 0;
  struct inet_bind_bucket *bucket =
      BPF_CORE_READ((struct inet_connection_sock *)sk, icsk_bind_hash);
  if (bucket) BPF_CORE_READ_INTO(&reuse, bucket, fastreuse);
  if (reuse < 0) return ROLE_CLIENT;
  struct listening_port key = listening_port(ends);
  return bpf_map_lookup_elem(&listening_ports, &key) ? ROLE_SERVER : ROLE_UNKNOWN;
}

static __always_inline u32 drops_of(struct sock *sk) {
  return bpf_core_field_exists(sk->sk_drops) ? sk->sk_drops.counter : 0;
}

/* Whoever had it first is its owner: processes that are forked share it. */
static __always_inline void listens(struct sock *sk, u32 tgid) {
  struct listener *l = bpf_sk_storage_get(&listeners, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!l || l->tgid) return;
  l->tgid = tgid;
  struct endpoints ends = {};
  read_ends(&ends, sk);
  struct listening_port key = listening_port(&ends);
  u8 is_there = 1;
  bpf_map_update_elem(&listening_ports, &key, &is_there, BPF_ANY);
  /* What was dropped before anybody looked is no news. */
  l->drops = drops_of(sk);
}

/* `tgid`: who has the socket; one that is older than the programs gets its owner here. */
static __always_inline void report_listener(struct sock *sk, u32 tgid) {
  listens(sk, tgid);
  struct listener *l = bpf_sk_storage_get(&listeners, sk, 0, 0);
  if (!l) return;
  u64 now = bpf_ktime_get_ns();
  u32 drops = drops_of(sk), queue = sk->sk_ack_backlog, queue_max = sk->sk_max_ack_backlog;
  int is_news = drops != l->drops || queue != l->queue || queue_max != l->queue_max;
  if (!is_news && now - l->said_ns < LISTENER_SILENCE_NS) return;
  struct listener_record record = {};
  record.head.kind = RECORD_LISTENER;
  record.head.tgid = l->tgid;
  record.head.at_ns = now;
  read_ends(&record.ends, sk);
  record.ends.role = ROLE_SERVER;
  record.drops = drops - l->drops;
  record.queue = queue;
  record.queue_max = queue_max;
  l->drops = drops;
  l->queue = queue;
  l->queue_max = queue_max;
  l->said_ns = now;
  write_record(&record, sizeof record);
}

#endif
