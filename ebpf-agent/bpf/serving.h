/*
 * Which request a thread serves. A thread that waited for a request on a socket that blocks does
 * nothing else until it has answered: what it asks meanwhile, it asks for that request. Threads that
 * go from one connection to another (event loops, goroutines) never wait like that, and nothing is
 * said of them.
 */
#ifndef SONDE_SERVING_H
#define SONDE_SERVING_H

#include "kernel.h"

struct serving {
  /* The connection and the request on it; 0: none. */
  u64 cookie;
  u32 sequence;
  u32 reserved;
};

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct serving);
} servings SEC(".maps");

static __always_inline struct serving *current_serving(u64 flag) {
  return bpf_task_storage_get(&servings, bpf_get_current_task_btf(), 0, flag);
}

static __always_inline void begin_serving(u64 cookie, u32 sequence) {
  struct serving *serving = current_serving(BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!serving) return;
  serving->cookie = cookie;
  serving->sequence = sequence;
}

/* Whoever ends it: another thread's request is left alone. */
static __always_inline void end_serving(u64 cookie) {
  struct serving *serving = current_serving(0);
  if (serving && serving->cookie == cookie) serving->cookie = 0;
}

#endif
