/*
 * Every byte of every TCP connection passes here once on each side: what a system call sent or
 * received is known with its socket, after the fact, whatever the call was. A system call that
 * touches no socket runs no program.
 *
 *   sock_send_length, sock_recv_length   bytes moved: count them, follow the protocol
 *   inet_sock_set_state                  connect, listen, accept, close
 *   tcp_send_reset, tcp_receive_reset    connections that end at once
 *   task_file (iterator)                 on the reader's demand, over the files of all processes: what
 *                                        open connections did meanwhile, queues of sockets that listen
 */
#include "datagram.h"
#include "listening.h"
#include "protocols.h"
#include "secure.h"

char licence[] SEC("license") = "GPL";

/* System calls of x86-64, by where the buffer is. */
static __always_inline int has_buffer(u64 call) {
  return call == 0 || call == 1 || call == 44 || call == 45; /* read write sendto recvfrom */
}
static __always_inline int has_vector(u64 call) {
  return call == 19 || call == 20 || call == 327 || call == 328; /* readv writev preadv2 pwritev2 */
}
static __always_inline int has_message(u64 call) {
  return call == 46 || call == 47; /* sendmsg recvmsg */
}

/* Where struct msghdr has the list of pieces. */
#define MESSAGE_VECTORS_AT 16

/* Where the bytes lie in the caller's memory; nothing is visible when nobody knows. */
static __always_inline void find_buffer(struct chunk *chunk) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct pt_regs *registers = (void *)bpf_task_pt_regs(task);
  u64 call = registers->orig_ax;
  struct vectors all = {.at = registers->si, .count = registers->dx};
  if (task->thread_info.status & TS_COMPAT) return;
  if (has_buffer(call)) {
    chunk->at = (const char *)all.at;
    chunk->visible = chunk->bytes;
    chunk->end = chunk->at + chunk->bytes;
  } else if (has_vector(call)) {
    find_pieces(chunk, all);
  } else if (has_message(call)) {
    const void *list = (const void *)(all.at + MESSAGE_VECTORS_AT);
    if (!bpf_probe_read_user(&all, sizeof all, list)) find_pieces(chunk, all);
  }
}

/* The state of a connection whose protocol was recognized just now, or before. */
static __always_inline struct exchange *exchange_of(struct connection *c, struct sock *sk, u64 flag) {
  struct exchange *x = bpf_sk_storage_get(&exchanges, sk, 0, flag);
  if (!x && flag) {
    count(COUNT_UNTRACKED);
    c->ends.protocol = PROTOCOL_OPAQUE;
  }
  return x;
}

static __always_inline void take(struct connection *c, struct sock *sk, struct chunk *chunk, u8 asks) {
  u64 flag = 0;
  if (c->ends.protocol == PROTOCOL_UNKNOWN) {
    look(&c->ends, &c->sight, chunk, asks);
    flag = BPF_SK_STORAGE_GET_F_CREATE;
  }
  if (!is_followed(c->ends.protocol)) return;
  struct exchange *x = exchange_of(c, sk, flag);
  if (!x) return;
  chunk->is_request = c->ends.role == asks;
  if (flag) {
    x->record.ends = c->ends;
    meet(x, &c->sight, chunk);
  }
  follow(x, chunk);
  c->ends.protocol = x->record.ends.protocol;
}

/* `asks`: the role of this side if these bytes are a request. */
static __always_inline int moved(struct sock *sk, int result, u8 asks, u32 blocks) {
  if (result <= 0) return 0;
  if (!is_tcp(sk)) return is_udp(sk) ? datagram_moved(sk, result, asks) : 0;
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (!c) {
    c = new_connection(sk);
    if (!c) return 0;
    read_ends(&c->ends, sk);
    c->ends.role = older_role(&c->ends, sk);
    c->unreported = CONNECTION_OPENED;
    c->is_open = 1;
  }
  if (c->ends.protocol == PROTOCOL_OWN) return 0;
  u32 tgid = current_tgid();
  if (c->tgid != tgid) {
    c->tgid = tgid;
    if (is_own(tgid)) {
      c->ends.protocol = PROTOCOL_OWN;
      return 0;
    }
  }
  __sync_fetch_and_add(asks == ROLE_CLIENT ? &c->sent_bytes : &c->received_bytes, result);
  if (c->ends.protocol == PROTOCOL_OPAQUE) return 0;
  if (c->ends.protocol == PROTOCOL_TLS) {
    secured(c, result, asks, blocks);
    return 0;
  }
  struct chunk chunk = {.now = bpf_ktime_get_ns(), .bytes = result, .tgid = tgid, .blocks = blocks};
  find_buffer(&chunk);
  take(c, sk, &chunk, asks);
  if (c->ends.protocol == PROTOCOL_TLS) {
    /* At once: the reader looks whether it knows the library that the process uses. */
    report_socket(c, sk, 0, 0);
    wake_reader();
    secured(c, result, asks, blocks);
  }
  return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(sent, struct sock *sk, int result, int flags) { return moved(sk, result, ROLE_CLIENT, 0); }

SEC("tp_btf/sock_recv_length")
int BPF_PROG(received, struct sock *sk, int result, int flags) {
  /* Who only peeks will read the same bytes again. */
  if (flags & MSG_PEEK) return 0;
  return moved(sk, result, ROLE_SERVER, !(flags & MSG_DONTWAIT));
}

/* In the context of connect() or listen(): the current process is the owner. */
static __always_inline void claimed(struct sock *sk, u8 role) {
  struct connection *c = new_connection(sk);
  if (!c) return;
  c->tgid = current_tgid();
  c->ends.role = role;
  c->ends.protocol = is_own(c->tgid) ? PROTOCOL_OWN : PROTOCOL_UNKNOWN;
  c->connecting_ns = role == ROLE_CLIENT ? bpf_ktime_get_ns() : 0;
}

/* In softirq context: the current process is anybody. */
static __always_inline void established(struct sock *sk, int old_state) {
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (!c) {
    c = new_connection(sk);
    if (!c) return;
    c->ends.role = old_state == TCP_SYN_RECV ? ROLE_SERVER : ROLE_CLIENT;
  }
  if (c->ends.protocol == PROTOCOL_OWN) return;
  read_ends(&c->ends, sk);
  c->unreported = CONNECTION_OPENED;
  c->is_open = 1;
  if (c->connecting_ns) c->connect_ns = bpf_ktime_get_ns() - c->connecting_ns;
}

static __always_inline void closed(struct sock *sk, int old_state) {
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (!c || c->ends.protocol == PROTOCOL_OWN) return;
  if (old_state == TCP_SYN_SENT) {
    read_ends(&c->ends, sk);
    c->connect_ns = bpf_ktime_get_ns() - c->connecting_ns;
    report(c, 0, BPF_CORE_READ((struct tcp_sock *)sk, total_retrans), CONNECTION_REFUSED,
           sk->sk_err);
    return;
  }
  if (!c->is_open) return;
  c->is_open = 0;
  if (is_followed(c->ends.protocol)) {
    struct exchange *x = bpf_sk_storage_get(&exchanges, sk, 0, 0);
    if (x) abandon_exchange(x, bpf_ktime_get_ns(), EXCHANGE_UNANSWERED);
  }
  report_socket(c, sk, CONNECTION_CLOSED, 0);
  if (c->ends.protocol == PROTOCOL_TLS) end_secure(c);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(state_changed, struct sock *sk, int old_state, int new_state) {
  if (!is_tcp(sk)) return 0;
  if (new_state == TCP_SYN_SENT) {
    claimed(sk, ROLE_CLIENT);
  } else if (new_state == TCP_LISTEN) {
    claimed(sk, ROLE_SERVER);
    listens(sk, current_tgid());
  } else if (new_state == TCP_ESTABLISHED) {
    established(sk, old_state);
  } else if (new_state == TCP_CLOSE) {
    closed(sk, old_state);
  }
  return 0;
}

/* Its record is the one that says that it is closed: the kernel closes it next. */
SEC("tp_btf/tcp_receive_reset")
int BPF_PROG(reset_received, struct sock *sk) {
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (c && c->is_open) c->unreported |= CONNECTION_RESET_BY_PEER;
  return 0;
}

/*
 * Of a socket that listens, and of none, a reset is nobody's connection. Whoever closes a socket with
 * bytes unread, or without lingering, has closed it by then: this is a record of its own.
 */
SEC("tp_btf/tcp_send_reset")
int BPF_PROG(reset_sent, struct sock *sk) {
  if (!sk) return 0;
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (!c || !c->ends.cookie || c->ends.protocol == PROTOCOL_OWN) return 0;
  if (c->is_open) {
    c->unreported |= CONNECTION_RESET;
  } else {
    report(c, 0, c->retransmits, CONNECTION_RESET | CONNECTION_CLOSED, 0);
  }
  return 0;
}

static __always_inline void report_connection(struct sock *sk) {
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (!c || !c->is_open || c->ends.protocol == PROTOCOL_OWN) return;
  if (!c->unreported && !c->sent_bytes && !c->received_bytes) return;
  report_socket(c, sk, 0, 0);
}

/* A socket that processes share comes once each: the second time it has nothing to say. */
SEC("iter/task_file")
int report_sockets(struct bpf_iter__task_file *context) {
  struct task_struct *task = context->task;
  struct file *file = context->file;
  if (!task || !file) return 0;
  struct socket *socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  struct sock *sk = socket->sk;
  if (!sk || !is_tcp(sk)) return 0;
  if (sk->__sk_common.skc_state == TCP_LISTEN) {
    report_listener(sk, task->tgid);
  } else {
    report_connection(sk);
  }
  return 0;
}
