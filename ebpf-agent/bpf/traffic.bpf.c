/*
 * Every byte of every TCP connection passes here once on each side: what a system call sent or
 * received is known with its socket, after the fact, whatever the call was. A system call that
 * touches no socket runs no program.
 *
 *   sock_send_length, sock_recv_length   bytes moved: count them, follow the protocol
 *   inet_sock_set_state                  connect, listen, accept, close
 *   bpf_sk_storage_map (iterator)        on the reader's demand: what open connections did meanwhile
 *   tcp (iterator)                       once: connections that were open before
 */
#include "database.h"
#include "http1.h"

char licence[] SEC("license") = "GPL";

/* Buffers of a connection that are looked at before its protocol is given up on. */
#define TRIES_MAX 32

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

/* struct iovec, and where struct msghdr has the list of them and its length. */
struct vector {
  u64 at;
  u64 bytes;
};
struct vectors {
  u64 at;
  u64 count;
};
#define MESSAGE_VECTORS_AT 16
#define VECTORS_MAX 1024

/* Of several pieces the first can be seen, and the end of the last. */
static __always_inline void find_vectors(struct chunk *chunk, struct vectors all) {
  struct vector piece = {};
  if (bpf_probe_read_user(&piece, sizeof piece, (const void *)all.at)) return;
  chunk->at = (const char *)piece.at;
  chunk->visible = piece.bytes < chunk->bytes ? piece.bytes : chunk->bytes;
  if (chunk->visible == chunk->bytes) {
    chunk->end = chunk->at + chunk->bytes;
  } else if (all.count > 1 && all.count <= VECTORS_MAX) {
    const void *last = (const void *)(all.at + (all.count - 1) * sizeof piece);
    if (!bpf_probe_read_user(&piece, sizeof piece, last) && piece.bytes >= 5) {
      chunk->end = (const char *)(piece.at + piece.bytes);
    }
  }
}

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
    find_vectors(chunk, all);
  } else if (has_message(call)) {
    const void *list = (const void *)(all.at + MESSAGE_VECTORS_AT);
    if (!bpf_probe_read_user(&all, sizeof all, list)) find_vectors(chunk, all);
  }
}

struct guess {
  u8 protocol;
  /* The bytes are a request (1) or an answer (2) of it; 0: they do not say. */
  u8 says;
};

static __always_inline struct guess recognize(u64 word, u64 bytes) {
  if (is_http_request(word)) return (struct guess){PROTOCOL_HTTP1, 1};
  if (is_postgresql_startup(word, bytes)) return (struct guess){PROTOCOL_POSTGRESQL, 1};
  if (is_redis_request(word)) return (struct guess){PROTOCOL_REDIS, 1};
  if (is_postgresql_request(word, bytes)) return (struct guess){PROTOCOL_POSTGRESQL, 1};
  if (is_http2(word)) return (struct guess){PROTOCOL_HTTP2, 1};
  /* A TLS record: handshake, version 3.x. */
  if ((word & 0xffff) == 0x0316) return (struct guess){PROTOCOL_TLS, 0};
  return (struct guess){PROTOCOL_UNKNOWN, 0};
}

static __always_inline int has_exchanges(u8 protocol) {
  return protocol == PROTOCOL_HTTP1 || protocol == PROTOCOL_POSTGRESQL ||
         protocol == PROTOCOL_REDIS;
}

/* Looks at a buffer of a connection whose protocol is not known yet. */
static __always_inline void look(struct connection *c, struct sock *sk, const struct chunk *chunk,
                                 u8 asks) {
  u64 word = 0;
  struct guess guess = {};
  if (chunk->visible >= sizeof word && !bpf_probe_read_user(&word, sizeof word, chunk->at)) {
    guess = recognize(word, chunk->bytes);
  }
  /* An answer cannot begin like a request where it is known who asks. */
  if (guess.says && c->ends.role != ROLE_UNKNOWN && c->ends.role != asks) guess.protocol = 0;
  if (!guess.protocol) {
    if (++c->tries == TRIES_MAX) c->ends.protocol = PROTOCOL_OPAQUE;
    return;
  }
  c->ends.protocol = guess.protocol;
  if (guess.says && c->ends.role == ROLE_UNKNOWN) c->ends.role = asks;
  if (!has_exchanges(guess.protocol)) return;
  struct exchange *x = bpf_sk_storage_get(&exchanges, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
  if (!x) {
    count(COUNT_UNTRACKED);
    c->ends.protocol = PROTOCOL_OPAQUE;
    return;
  }
  x->record.ends = c->ends;
}

static __always_inline void follow(struct connection *c, struct sock *sk, struct chunk *chunk,
                                   u8 asks) {
  struct exchange *x = bpf_sk_storage_get(&exchanges, sk, 0, 0);
  if (!x) return;
  chunk->is_request = c->ends.role == asks;
  if (c->ends.protocol == PROTOCOL_HTTP1) {
    http1_data(x, chunk);
    c->ends.protocol = x->record.ends.protocol;
  } else if (c->ends.protocol == PROTOCOL_POSTGRESQL) {
    postgresql_data(x, chunk);
  } else {
    redis_data(x, chunk);
  }
}

/* `asks`: the role of this side if these bytes are a request. */
static __always_inline int moved(struct sock *sk, int result, u8 asks) {
  if (result <= 0 || !is_tcp(sk)) return 0;
  struct connection *c = bpf_sk_storage_get(&connections, sk, 0, 0);
  if (!c) {
    c = new_connection(sk);
    if (!c) return 0;
    read_ends(&c->ends, sk);
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
  if (c->ends.protocol > PROTOCOL_REDIS) return 0;
  struct chunk chunk = {.now = bpf_ktime_get_ns(), .bytes = result, .tgid = tgid};
  find_buffer(&chunk);
  if (c->ends.protocol == PROTOCOL_UNKNOWN) look(c, sk, &chunk, asks);
  if (has_exchanges(c->ends.protocol)) follow(c, sk, &chunk, asks);
  return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(sent, struct sock *sk, int result, int flags) { return moved(sk, result, ROLE_CLIENT); }

SEC("tp_btf/sock_recv_length")
int BPF_PROG(received, struct sock *sk, int result, int flags) {
  /* Who only peeks will read the same bytes again. */
  if (flags & MSG_PEEK) return 0;
  return moved(sk, result, ROLE_SERVER);
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
  if (has_exchanges(c->ends.protocol)) {
    struct exchange *x = bpf_sk_storage_get(&exchanges, sk, 0, 0);
    if (x) abandon_exchange(x, bpf_ktime_get_ns(), EXCHANGE_UNANSWERED);
  }
  report_socket(c, sk, CONNECTION_CLOSED, 0);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(state_changed, struct sock *sk, int old_state, int new_state) {
  if (!is_tcp(sk)) return 0;
  if (new_state == TCP_SYN_SENT) {
    claimed(sk, ROLE_CLIENT);
  } else if (new_state == TCP_LISTEN) {
    claimed(sk, ROLE_SERVER);
  } else if (new_state == TCP_ESTABLISHED) {
    established(sk, old_state);
  } else if (new_state == TCP_CLOSE) {
    closed(sk, old_state);
  }
  return 0;
}

SEC("iter/bpf_sk_storage_map")
int report_connections(struct bpf_iter__bpf_sk_storage_map *context) {
  struct sock *sk = context->sk;
  struct connection *c = context->value;
  if (!sk || !c || !c->is_open || c->ends.protocol == PROTOCOL_OWN) return 0;
  if (!c->unreported && !c->sent_bytes && !c->received_bytes) return 0;
  report_socket(c, sk, 0, 0);
  return 0;
}
