/* Maps that every object has; the agent makes them once and hands them to the others. */
#ifndef SONDE_MAPS_H
#define SONDE_MAPS_H

#include "kernel.h"
#include "record.h"

#define OWN_PROCESSES_MAX 1024

/* The size is set when it is loaded. */
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 8 << 20);
} ring SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, COUNTERS);
  __type(key, u32);
  __type(value, u64);
} counters SEC(".maps");

/* Processes of the observer itself, by thread group; their children join them. */
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, OWN_PROCESSES_MAX);
  __type(key, u32);
  __type(value, u8);
} own_processes SEC(".maps");

static __always_inline void count(u32 counter) {
  u64 *value = bpf_map_lookup_elem(&counters, &counter);
  if (value) (*value)++;
}

/*
 * The reader looks from time to time: waking it for each record would cost more than the record. It is
 * woken whenever as much was written again, so that what comes at once after a long rest finds room.
 */
#define WAKE_BYTES_BITS 18

static __always_inline void write_record(void *record, u64 bytes) {
  u64 from = bpf_ringbuf_query(&ring, BPF_RB_PROD_POS);
  int is_much = (from ^ (from + bytes)) >> WAKE_BYTES_BITS != 0;
  if (bpf_ringbuf_output(&ring, record, bytes, is_much ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP)) {
    count(COUNT_DROPPED);
  } else {
    count(COUNT_RECORDS);
  }
}

/* After a record that the reader has to act on while it can. */
static __always_inline void wake_reader(void) {
  u64 *nothing = bpf_ringbuf_reserve(&ring, sizeof *nothing, 0);
  if (nothing) bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

static __always_inline int is_own(u32 tgid) {
  return bpf_map_lookup_elem(&own_processes, &tgid) != 0;
}

#endif
