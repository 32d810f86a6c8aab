/*
 * Memory that is too large for a program's stack: the beginning of a buffer, copied. Per CPU, in two
 * pieces, because a program may be preempted by another one on the same CPU.
 */
#ifndef SONDE_SCRATCH_H
#define SONDE_SCRATCH_H

#include "maps.h"

/* How much of one buffer is looked into. A power of two. */
#define SCAN_BYTES 4096
/* The bytes of a message's head that came in an earlier buffer. */
#define PREFIX_BYTES 32

/*
 * A piece of a buffer:
 *
 *   what came before | buffer: visible                       | invisible |
 *                    [ window ............. ]
 *                        position        seen              reach       end
 */
struct window {
  /* All from the beginning of the window: where the walk is, the bytes in the scratch, those that
   * another window could show, those that were moved. */
  u64 position;
  u64 seen;
  u64 reach;
  u64 end;
  /* Where in the caller's memory the window begins. */
  const char *at;
  /* The walk stopped for want of bytes that another window has. */
  u64 wants_more;
  /* Where in the buffer the window begins; of a buffer in pieces. */
  u64 skipped;
};

/* The head of a message, as far as it was read. */
struct head {
  u64 start;
  u64 end;
  /* The word that is looked at, and which of its bytes are carriage returns. */
  u64 word_at;
  u64 returns;
  /* All ones while there is none. */
  u64 content_length;
  /* Behind the empty line; 0 while there is none. */
  u64 head_end;
  u64 is_chunked;
  /* The value of traceparent; 0 while there is none. */
  u64 trace_at;
};

/* A message that says how long it is. */
struct frame {
  /* All of it; 0 while its head is not there. */
  u64 bytes;
  /* `enum frame_kind`. */
  u64 kind;
  /* What its answer is joined by. */
  u64 id;
  u64 status;
  /* Where of it the text begins and ends that is recorded, from the beginning of the window. */
  u64 text;
  u64 text_end;
  u64 code;
};

/*
 * Numbers of a walk stand here rather than on the stack: what the verifier knows nothing of, it need
 * not tell apart, and the programs load in a fraction of the time.
 */
struct scratch {
  struct exchange_record record;
  struct window window;
  struct head head;
  struct frame frame;
  /* Where answers are counted: commands of this buffer that are a record of their own, the first
   * error in it, and whether a command was answered in it. */
  u64 group;
  u64 failed;
  u64 answered;
  /* Twice what is looked at: where a piece of it is copied to is one bound, its length another. */
  char bytes[2 * SCAN_BYTES];
};

#define SCRATCHES 2

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, SCRATCHES);
  __type(key, u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, u32);
  __type(value, u32);
} scratches_taken SEC(".maps");

static __always_inline u32 *taken_mask(void) {
  u32 zero = 0;
  return bpf_map_lookup_elem(&scratches_taken, &zero);
}

static __always_inline struct scratch *take_scratch(u32 *slot) {
  u32 *taken = taken_mask();
  if (!taken) return 0;
  for (u32 i = 0; i < SCRATCHES; i++) {
    if (__sync_fetch_and_or(taken, 1u << i) & (1u << i)) continue;
    *slot = i;
    struct scratch *s = bpf_map_lookup_elem(&scratches, slot);
    if (s) s->head.trace_at = 0;
    return s;
  }
  count(COUNT_CONTENDED);
  return 0;
}

static __always_inline void give_scratch(u32 slot) {
  u32 *taken = taken_mask();
  if (taken) __sync_fetch_and_and(taken, ~(1u << slot));
}

/* A length as the verifier wants to see it: from 0 to `max`, a power of two. */
#define BOUNDED(length, max)                          \
  ({                                                  \
    u64 bounded_ = (length);                          \
    if (bounded_ > (max)) bounded_ = (max);           \
    asm volatile("" : "+r"(bounded_));                \
    bounded_ &= (2 * (max)-1);                        \
    if (bounded_ > (max)) bounded_ = (max);           \
    bounded_;                                         \
  })

static __always_inline u64 load64(const char *at) { return *(const u64 *)at; }
static __always_inline u16 load16(const char *at) { return *(const u16 *)at; }
static __always_inline u32 load32(const char *at) { return *(const u32 *)at; }

/* Where in the scratch a position is; never outside. */
static __always_inline const char *scratch_at(const struct scratch *s, u64 position) {
  return s->bytes + (position & (SCAN_BYTES - 1));
}

#endif
