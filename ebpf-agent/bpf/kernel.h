/*
 * The kernel's structures as far as the programs look into them. Field offsets are corrected to the
 * running kernel's when an object is loaded (CO-RE), so only names and types matter here.
 */
#ifndef SONDE_KERNEL_H
#define SONDE_KERNEL_H

#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define AF_INET 2
#define AF_INET6 10
#define IPPROTO_TCP 6
#define MSG_PEEK 2
#define MSG_DONTWAIT 0x40
/* thread_info.status on x86: the task is in a 32-bit system call. */
#define TS_COMPAT 2

enum tcp_state {
  TCP_ESTABLISHED = 1,
  TCP_SYN_SENT = 2,
  TCP_SYN_RECV = 3,
  TCP_CLOSE = 7,
  TCP_LISTEN = 10,
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
  u32 inum;
};

struct net {
  struct ns_common ns;
};

typedef struct {
  struct net *net;
} possible_net_t;

struct in6_addr {
  union {
    u8 u6_addr8[16];
  } in6_u;
};

struct sock_common {
  u32 skc_daddr;
  u32 skc_rcv_saddr;
  u16 skc_dport;
  u16 skc_num;
  u16 skc_family;
  u8 skc_state;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};

typedef struct {
  int counter;
} atomic_t;

struct sock {
  struct sock_common __sk_common;
  u16 sk_protocol;
  int sk_err;
  /* Of a listening socket: connections in its queue, the most there may be, those it did not take. */
  u32 sk_ack_backlog;
  u32 sk_max_ack_backlog;
  atomic_t sk_drops;
};

struct socket {
  struct sock *sk;
};

struct inet_bind_bucket {
  signed char fastreuse;
};

struct inet_connection_sock {
  struct inet_bind_bucket *icsk_bind_hash;
};

struct tcp_sock {
  u32 srtt_us;
  u32 total_retrans;
};

struct pt_regs {
  unsigned long r14;
  unsigned long r8;
  unsigned long dx;
  unsigned long si;
  unsigned long orig_ax;
};

struct thread_info {
  u32 status;
};

struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
};

struct task_struct {
  struct thread_info thread_info;
  struct mm_struct *mm;
  int pid;
  int tgid;
  int exit_code;
  struct task_struct *real_parent;
  char comm[16];
};

struct linux_binprm {
  const char *filename;
};

struct seq_file;

struct bpf_iter_meta {
  struct seq_file *seq;
};

struct bpf_iter__bpf_sk_storage_map {
  struct bpf_iter_meta *meta;
  struct sock *sk;
  void *value;
};

struct file;

struct bpf_iter__task_file {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
  u32 fd;
  struct file *file;
};

#pragma clang attribute pop

/* What a probe in a program is given: x86-64's registers, in an order that is fixed. */
struct registers {
  u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
/* One read each, at its own place: the verifier wants that. */
#define REGISTER(registers, name)                     \
  ({                                                  \
    u64 value_ = (registers)->name;                   \
    asm volatile("" : "+r"(value_));                  \
    value_;                                           \
  })

#endif
