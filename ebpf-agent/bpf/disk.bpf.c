/* How long disks take, by the process that asked. */
#include "maps.h"

char licence[] SEC("license") = "GPL";

#define DISK_REQUESTS_MAX 4096
#define DISK_USERS_MAX 1024
/* The lowest bits of a request's flags say what it does (enum req_op): 0 reads, 1 writes. */
#define OPERATION_MASK 0xff
#define OPERATION_READ 0
#define OPERATION_WRITE 1

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct request {
  u32 cmd_flags;
};

#pragma clang attribute pop

struct waiting {
  u64 since_ns;
  u32 tgid;
  u32 is_write;
};

/* Requests under way, by their address. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DISK_REQUESTS_MAX);
  __type(key, u64);
  __type(value, struct waiting);
} disk_requests SEC(".maps");

/* Whom they were for; the longest idle go first. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, DISK_USERS_MAX);
  __type(key, struct disk_user);
  __type(value, struct disk_waits);
} disk_waits SEC(".maps");

SEC("tp_btf/block_io_start")
int BPF_PROG(disk_started, struct request *request) {
  u64 key = (u64)request;
  u32 operation = request->cmd_flags & OPERATION_MASK;
  struct waiting waiting = {};
  if (operation > OPERATION_WRITE) return 0;
  waiting.since_ns = bpf_ktime_get_ns();
  waiting.tgid = bpf_get_current_pid_tgid() >> 32;
  waiting.is_write = operation == OPERATION_WRITE;
  bpf_map_update_elem(&disk_requests, &key, &waiting, BPF_ANY);
  return 0;
}

static __always_inline u32 slot_of(u64 ns) {
  const u64 bounds[DISK_SLOTS - 1] = DISK_BOUNDS_NS;
  u32 slot = 0;
  for (u32 i = 0; i < DISK_SLOTS - 1; i++) slot += ns > bounds[i];
  return slot;
}

SEC("tp_btf/block_io_done")
int BPF_PROG(disk_done, struct request *request) {
  u64 key = (u64)request;
  struct disk_user user = {};
  struct disk_waits none = {}, *waits;
  struct waiting *waiting = bpf_map_lookup_elem(&disk_requests, &key);
  if (!waiting) return 0;
  u64 ns = bpf_ktime_get_ns() - waiting->since_ns;
  user.tgid = waiting->tgid;
  user.is_write = waiting->is_write;
  bpf_map_delete_elem(&disk_requests, &key);
  waits = bpf_map_lookup_elem(&disk_waits, &user);
  if (!waits) {
    bpf_map_update_elem(&disk_waits, &user, &none, BPF_NOEXIST);
    waits = bpf_map_lookup_elem(&disk_waits, &user);
  }
  if (!waits) return 0;
  __sync_fetch_and_add(&waits->sum_ns, ns);
  u32 slot = slot_of(ns);
  if (slot < DISK_SLOTS) __sync_fetch_and_add(&waits->slots[slot], 1);
  return 0;
}
