/* What the programs ask of the kernel, as `conversation.c` has it on the host. */
#ifndef SONDE_HOST_HELPERS_H
#define SONDE_HOST_HELPERS_H

#include <linux/types.h>

#define SEC(name)
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#ifndef __noinline
#define __noinline __attribute__((noinline))
#endif

struct sock;

void *bpf_map_lookup_elem(void *map, const void *key);
__u64 bpf_ringbuf_query(void *ring, __u64 what);
void *bpf_ringbuf_reserve(void *ring, __u64 size, __u64 flags);
void bpf_ringbuf_discard(void *reserved, __u64 flags);
long bpf_ringbuf_output(void *ring, void *data, __u64 size, __u64 flags);
long bpf_probe_read_user(void *to, __u32 size, const void *from);
long bpf_probe_read_kernel(void *to, __u32 size, const void *from);
void *bpf_sk_storage_get(void *map, void *sk, void *value, __u64 flags);
struct task_struct;
void *bpf_task_storage_get(void *map, struct task_struct *task, void *value, __u64 flags);
struct task_struct *bpf_get_current_task_btf(void);
__u64 bpf_get_socket_cookie(void *sk);
__u64 bpf_get_current_pid_tgid(void);
__u64 bpf_ktime_get_ns(void);

#define bpf_loop(count, callback, context, flags)                      \
  ({                                                                   \
    __u64 count_ = (count);                                            \
    for (__u64 index_ = 0; index_ < count_; index_++) {                \
      if (callback(index_, context)) break;                            \
    }                                                                  \
  })

#endif
