/*
 * UDP, where one side is the port of DNS; what else passes there costs a look at the ports, and what a
 * socket without a peer sends a look at where to.
 */
#ifndef SONDE_DATAGRAM_H
#define SONDE_DATAGRAM_H

#include "dns.h"

#define IPPROTO_UDP 17

/* System calls of x86-64 on several datagrams at once. */
#define CALL_RECVMMSG 299
#define CALL_SENDMMSG 307
#define CALL_SENDTO 44
#define CALL_RECVFROM 45
#define CALL_SENDMSG 46
#define CALL_RECVMSG 47

/* struct msghdr as far as it is looked at; in struct mmsghdr it has a length behind it. */
struct message_head {
  u64 name;
  u64 name_bytes;
  struct vectors pieces;
};
#define MESSAGES_STRIDE 64

/* struct sockaddr_in and sockaddr_in6. */
struct socket_address {
  u16 family;
  u16 port;
  u32 ipv4;
  u8 ipv6[16];
};

struct datagram {
  u64 at;
  u64 bytes;
  u64 address;
};

static __always_inline int is_udp(struct sock *sk) {
  u16 family = sk->__sk_common.skc_family;
  return sk->sk_protocol == IPPROTO_UDP && (family == AF_INET || family == AF_INET6);
}

/* Of a list of messages the one that is moved now: they are moved in order, one after the other. */
static __always_inline u64 message_of(struct exchange *x, u64 list, u64 count) {
  u32 key = list ^ count;
  if (!x) return list;
  if (x->notes[2] != key || x->notes[3] >= count) {
    x->notes[2] = key;
    x->notes[3] = 0;
  }
  return list + MESSAGES_STRIDE * (u64)(x->notes[3]++ & 1023);
}

static __always_inline struct datagram find_datagram(struct exchange *x) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct pt_regs *registers = (void *)bpf_task_pt_regs(task);
  u64 call = registers->orig_ax, at = registers->si, count = registers->dx;
  u64 address = registers->r8;
  /* One read each, at its own place: the verifier wants that. */
  asm volatile("" : "+r"(at), "+r"(count), "+r"(address));
  struct datagram datagram = {};
  struct message_head head = {};
  struct vector_piece piece = {};
  if (task->thread_info.status & TS_COMPAT) return datagram;
  if (call < 2 || call == CALL_SENDTO || call == CALL_RECVFROM) {
    datagram.at = at;
    datagram.bytes = count;
    if (call >= 2) datagram.address = address;
    return datagram;
  }
  if (call == CALL_SENDMMSG || call == CALL_RECVMMSG) at = message_of(x, at, count);
  else if (call != CALL_SENDMSG && call != CALL_RECVMSG) return datagram;
  if (bpf_probe_read_user(&head, sizeof head, (const void *)at)) return datagram;
  if (bpf_probe_read_user(&piece, sizeof piece, (const void *)head.pieces.at)) return datagram;
  datagram.at = piece.at;
  datagram.bytes = piece.bytes;
  datagram.address = head.name;
  return datagram;
}

/* The other side, where the socket has none of its own. */
static __always_inline void read_peer(struct endpoints *ends, u64 at) {
  struct socket_address address = {};
  if (!at || bpf_probe_read_user(&address, sizeof address, (const void *)at)) return;
  if (address.family == AF_INET) {
    ends->family = AF_INET;
    __builtin_memcpy(ends->peer, &address.ipv4, sizeof address.ipv4);
  } else if (address.family == AF_INET6) {
    __builtin_memcpy(ends->peer, address.ipv6, sizeof address.ipv6);
  } else {
    return;
  }
  ends->peer_port = __builtin_bswap16(address.port);
}

/* Whether a socket without a peer sends to the port of DNS. */
static __always_inline int sends_dns(void) {
  struct datagram datagram = find_datagram(0);
  u16 start[2] = {};
  if (!datagram.address) return 0;
  if (bpf_probe_read_user(start, sizeof start, (const void *)datagram.address)) return 0;
  return start[1] == __builtin_bswap16(DNS_PORT);
}

/* `asks`: the role of this side if the datagram is a query. */
static __always_inline int datagram_moved(struct sock *sk, int result, u8 asks) {
  u16 local = sk->__sk_common.skc_num, peer = __builtin_bswap16(sk->__sk_common.skc_dport);
  if (local != DNS_PORT && peer != DNS_PORT && peer) return 0;
  struct exchange *x = bpf_sk_storage_get(&exchanges, sk, 0, 0);
  if (!x) {
    if (local != DNS_PORT && !peer && (asks == ROLE_SERVER || !sends_dns())) return 0;
    if (is_own(current_tgid())) return 0;
    x = bpf_sk_storage_get(&exchanges, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
    if (!x) return 0;
    read_ends(&x->record.ends, sk);
    x->record.ends.protocol = PROTOCOL_DNS;
    x->record.ends.role = local == DNS_PORT ? ROLE_SERVER : ROLE_CLIENT;
  }
  struct datagram datagram = find_datagram(x);
  struct chunk chunk = {.now = bpf_ktime_get_ns(), .bytes = result, .tgid = current_tgid()};
  chunk.at = (const char *)datagram.at;
  chunk.visible = datagram.bytes < chunk.bytes ? datagram.bytes : chunk.bytes;
  /* What was received from is written for the caller after this. */
  if (!peer && asks == ROLE_CLIENT) read_peer(&x->record.ends, datagram.address);
  dns_datagram(x, &chunk);
  return 0;
}

#endif
