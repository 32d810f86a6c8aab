/*
 * What is known of a TCP connection, kept in the socket itself: found without a search, gone with
 * the socket, and no two sockets are ever mixed up. A socket that was open before the agent gets its
 * state when it is first used.
 */
#ifndef SONDE_CONNECTION_H
#define SONDE_CONNECTION_H

#include "maps.h"

/* Servers that read a message's length alone. */
#define LENGTH_BYTES 4

/* What was seen of a connection whose protocol is not known yet. */
struct sight {
  /* Buffers that said nothing. */
  u8 tries;
  /* A buffer of a length alone, and the role of this side if it was a request; 0: there was none. */
  u8 kept_by;
  u8 kept[LENGTH_BYTES];
};

/* A TLS library's object for a connection, by its address. */
struct session_key {
  u64 at;
  u32 tgid;
  u32 reserved;
};

struct connection {
  struct endpoints ends;
  u32 tgid;
  u32 retransmits;
  /* Since the last record. */
  u64 sent_bytes;
  u64 received_bytes;
  /* When connect() was called; 0 on the side that accepted. */
  u64 connecting_ns;
  u64 connect_ns;
  struct sight sight;
  u8 is_open;
  /* CONNECTION_OPENED until a record has said so. */
  u8 unreported;
  /* Of a secure connection: the protocol inside, once it is known. */
  u8 inner;
  /* The object of the session may move in memory. */
  u8 session_moves;
  u8 reserved[6];
  /* Who encrypts for it; `at` is 0 while nobody knows. */
  struct session_key session;
};

/* A listener's state is copied into what it accepts: that is how the owner is known. */
struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct connection);
} connections SEC(".maps");

static __always_inline int is_tcp(struct sock *sk) {
  u16 family = sk->__sk_common.skc_family;
  return sk->sk_protocol == IPPROTO_TCP && (family == AF_INET || family == AF_INET6);
}

static __always_inline void read_ends(struct endpoints *ends, struct sock *sk) {
  struct sock_common *common = &sk->__sk_common;
  ends->cookie = bpf_get_socket_cookie(sk);
  ends->family = BPF_CORE_READ(common, skc_family);
  ends->local_port = BPF_CORE_READ(common, skc_num);
  ends->peer_port = __builtin_bswap16(BPF_CORE_READ(common, skc_dport));
  ends->netns = BPF_CORE_READ(common, skc_net.net, ns.inum);
  if (ends->family == AF_INET) {
    u32 local = BPF_CORE_READ(common, skc_rcv_saddr), peer = BPF_CORE_READ(common, skc_daddr);
    __builtin_memcpy(ends->local, &local, sizeof local);
    __builtin_memcpy(ends->peer, &peer, sizeof peer);
  } else {
    BPF_CORE_READ_INTO(&ends->local, common, skc_v6_rcv_saddr.in6_u.u6_addr8);
    BPF_CORE_READ_INTO(&ends->peer, common, skc_v6_daddr.in6_u.u6_addr8);
  }
}

static __always_inline struct connection *new_connection(struct sock *sk) {
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!c) {
    count(COUNT_UNTRACKED);
    return 0;
  }
  count(COUNT_CONNECTIONS);
  return c;
}

static __always_inline u32 current_tgid(void) { return bpf_get_current_pid_tgid() >> 32; }

/* Says what happened since the last record, together with `flags`. Safe against itself on two CPUs. */
static __always_inline void report(struct connection *c, u32 rtt_us, u32 retransmits, u32 flags,
                                   u32 error) {
  struct connection_record record = {};
  record.head.kind = RECORD_CONNECTION;
  record.head.tgid = c->tgid;
  record.head.at_ns = bpf_ktime_get_ns();
  record.ends = c->ends;
  if (c->inner) {
    record.ends.protocol = c->inner;
    record.ends.secure = 1;
  }
  record.sent_bytes = __sync_lock_test_and_set(&c->sent_bytes, 0);
  record.received_bytes = __sync_lock_test_and_set(&c->received_bytes, 0);
  record.connect_ns = c->connect_ns;
  record.rtt_us = rtt_us;
  record.retransmits = retransmits - c->retransmits;
  record.flags = flags | c->unreported;
  record.error = error;
  c->retransmits = retransmits;
  c->unreported = 0;
  write_record(&record, sizeof record);
}

static __always_inline void report_socket(struct connection *c, struct sock *sk, u32 flags,
                                          u32 error) {
  struct tcp_sock *tcp = (void *)sk;
  /* The kernel keeps the smoothed round trip times eight. */
  report(c, BPF_CORE_READ(tcp, srtt_us) >> 3, BPF_CORE_READ(tcp, total_retrans), flags, error);
}

#endif
