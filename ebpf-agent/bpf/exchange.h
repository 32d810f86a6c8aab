/*
 * Requests and answers of one connection, whatever its protocol.
 *
 *   request seen              answer seen           answer complete, next request, or close
 *   ------------              -----------           ---------------------------------------
 *   begin_exchange   ------>  answer_exchange  -->  end_exchange: one record
 *
 * One exchange is built in place. While it is unanswered, further requests (pipelining) are records
 * of their own, and so are their answers, joined by the reader over the sequence number.
 */
#ifndef SONDE_EXCHANGE_H
#define SONDE_EXCHANGE_H

#include "connection.h"
#include "scratch.h"
#include "serving.h"
#include "words.h"

/* An answer may be recorded this much before its request when two CPUs race. */
#define EARLY_NS 10000000ull

enum framing {
  /* A message begins here. */
  AT_HEAD,
  /* `left` more bytes of a body of known length. */
  IN_BODY,
  /* `left` more bytes of a chunk, then a line with the size of the next. */
  IN_CHUNK,
  /* Nobody knows how long: until the other side speaks. */
  IN_UNKNOWN,
  /* `left` more bytes of a message that ends an answer. */
  IN_LAST,
  /* `left` more bytes of a frame that the reader needs. */
  IN_BLOCK,
};

/* One direction of the byte stream. */
struct stream {
  u64 left;
  u8 framing;
  u8 prefix_bytes;
  /* Something before was missed, and the reader does not know. */
  u8 is_torn;
  u8 reserved;
  /* Records that were written of it. */
  u32 records;
  char prefix[PREFIX_BYTES];
};

struct exchange {
  struct exchange_record record;
  struct stream request;
  struct stream answer;
  /* Sequence numbers of the next request and of the next answer. */
  u32 requests;
  u32 answers;
  u64 last_ns;
  u64 early_ns;
  /* Bit n: request n modulo 64 was HEAD, whose answer has no body. */
  u64 head_requests;
  u16 early_status;
  /* The exchange in `record` has an answer that goes on. */
  u8 is_answered;
  /* What was heard last was the answering side. */
  u8 heard_answer;
  /* Its protocol has seen a buffer. */
  u8 has_begun;
  /* A thread is known to serve the exchange in `record`. */
  u8 is_served;
  /* Answers name the request that they belong to; or are counted. */
  u8 is_by_id;
  u8 is_counted;
  /* An answer goes on that is none of the exchange in `record`, but of `open_sequence`. */
  u8 is_open;
  u16 open_flags;
  u32 open_sequence;
  u64 open_code;
  u32 early_sequence;
  /* Requests that are records of their own and unanswered, where answers are joined by id. */
  u32 others;
  /* What the protocol remembers between two messages; first, what of an answer it is at. */
  u32 notes[4];
};

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct exchange);
} exchanges SEC(".maps");

/* Bytes that were sent or received, encrypted nowhere: a buffer in the caller's memory. */
struct chunk {
  u64 now;
  /* In user memory; `visible` bytes of `bytes` are there. */
  const char *at;
  u64 visible;
  u64 bytes;
  /* Behind the last byte in user memory; 0 where nobody knows. */
  const char *end;
  u32 tgid;
  /* From the asking side to the answering one. */
  u32 is_request;
  /* It was received by a thread that waited for it on this socket alone. */
  u32 blocks;
  /* Where it lies in several pieces: the list of them (struct iovec), and how many. */
  u64 vectors;
  u64 vector_count;
};

/* One of the pieces that a buffer lies in (struct iovec). */
struct vector_piece {
  u64 at;
  u64 bytes;
};

/* The list of them, and how many. */
struct vectors {
  u64 at;
  u64 count;
};

#define BEGINNING_BYTES 16
/* A buffer's first bytes, zero where there are none, and how many there are; `bytes` of all of it. */
struct beginning {
  u64 word;
  u64 second;
  u64 seen;
  u64 bytes;
  /* The buffer's last two bytes are a line's end. */
  u64 ends_line;
};

#define RECORD_HEAD_BYTES __builtin_offsetof(struct exchange_record, text)

static __always_inline void write_exchange(struct exchange_record *record) {
  u64 bytes = BOUNDED(record->text_bytes + record->answer_text_bytes, 2 * TEXT_BYTES_MAX);
  if (bytes > sizeof record->text) bytes = sizeof record->text;
  write_record(record, RECORD_HEAD_BYTES + bytes);
}

static __always_inline u32 pending(const struct exchange *x) { return x->requests - x->answers; }

static __always_inline void end_exchange(struct exchange *x, u64 now) {
  x->record.duration_ns = now > x->record.head.at_ns ? now - x->record.head.at_ns : 0;
  x->is_answered = 0;
  if (x->is_served) end_serving(x->record.ends.cookie);
  x->is_served = 0;
  write_exchange(&x->record);
}

/* Ends what is open although its answer is not complete, or was not understood, or never came. */
static __always_inline void abandon_exchange(struct exchange *x, u64 now, u32 flag) {
  if (x->is_answered) end_exchange(x, x->last_ns);
  if (!pending(x)) return;
  /* Pipelined ones have been recorded, and the reader waits for their answers. */
  int is_recorded = !x->is_by_id && x->answers > x->record.sequence;
  x->answers = x->requests;
  if (is_recorded) return;
  x->record.flags |= flag;
  x->record.status = 0;
  count(flag == EXCHANGE_UNREAD ? COUNT_UNREAD : COUNT_UNANSWERED);
  end_exchange(x, now);
}

/*
 * Copies the text of a request that begins at `position` of the scratch, of which `seen` are there;
 * behind it, whatever is between them, the trace that the request belongs to.
 */
static __always_inline void copy_text(struct exchange_record *record, const struct scratch *s,
                                      u64 position, u64 seen) {
  u64 trace_at = s->head.trace_at & (SCAN_BYTES - 1);
  u64 length = seen > position ? seen - position : 0;
  length = BOUNDED(length, TEXT_BYTES_MAX);
  if (trace_at && length > TEXT_BYTES_MAX - TRACE_BYTES) length = TEXT_BYTES_MAX - TRACE_BYTES;
  u64 at = position & (SCAN_BYTES - 1);
  record->text_bytes = length;
  bpf_probe_read_kernel(record->text, length, s->bytes + at);
  if (!trace_at) return;
  asm volatile("" : "+r"(length));
  length &= TEXT_BYTES_MAX - 1;
  bpf_probe_read_kernel(record->text + length, TRACE_BYTES, s->bytes + trace_at);
  record->text_bytes = length + TRACE_BYTES;
  record->flags |= EXCHANGE_TRACED;
}

/* Who serves a request, or for which one it is asked. */
static __always_inline void find_parent(struct exchange_record *record, struct exchange *x,
                                        const struct chunk *chunk) {
  record->parent_cookie = 0;
  record->parent_sequence = 0;
  if (x->record.ends.role == ROLE_CLIENT) {
    struct serving *serving = current_serving(0);
    if (!serving) return;
    record->parent_cookie = serving->cookie;
    record->parent_sequence = serving->sequence;
  } else if (chunk->blocks && record == &x->record) {
    begin_serving(x->record.ends.cookie, record->sequence);
    x->is_served = 1;
  }
}

static __always_inline void fill_record(struct exchange_record *record, struct exchange *x,
                                        const struct chunk *chunk) {
  record->head.kind = RECORD_EXCHANGE;
  record->head.tgid = chunk->tgid;
  record->head.at_ns = chunk->now;
  record->duration_ns = 0;
  record->sequence = x->requests;
  record->request_bytes = 0;
  record->answer_bytes = 0;
  record->status = 0;
  record->flags = 0;
  record->answer_text_bytes = 0;
  record->commands = 1;
  __builtin_memset(record->code, 0, CODE_BYTES);
  find_parent(record, x, chunk);
}

/* Answers the exchange with what came before it. */
static __always_inline void take_early_answer(struct exchange *x, u64 now) {
  u64 early_ns = x->early_ns;
  x->early_ns = 0;
  /* A request may be known only when the call that sent it ends: then it began before. */
  if (!early_ns || (now > early_ns && now - early_ns > EARLY_NS)) return;
  if (early_ns > now) now = early_ns;
  count(COUNT_EARLY);
  x->answers++;
  x->record.status = x->early_status;
  x->record.flags |= EXCHANGE_EARLY;
  end_exchange(x, now);
}

/* A request begins at `position` of the scratch. */
static __always_inline void begin_exchange(struct exchange *x, struct scratch *s,
                                           const struct chunk *chunk, u64 position, u64 seen) {
  if (x->is_answered) end_exchange(x, x->last_ns);
  /* Something was answered to the request in `record`, and it was not understood. */
  if (pending(x) && x->heard_answer && x->answers == x->record.sequence) {
    abandon_exchange(x, chunk->now, EXCHANGE_UNREAD);
  }
  x->heard_answer = 0;
  struct exchange_record *record = &x->record;
  if (pending(x)) {
    record = &s->record;
    record->ends = x->record.ends;
  }
  fill_record(record, x, chunk);
  copy_text(record, s, position, seen);
  x->requests++;
  if (record == &s->record) {
    record->head.kind = RECORD_REQUEST;
    write_exchange(record);
  } else {
    take_early_answer(x, chunk->now);
  }
}

/* 1: the answer is that of the exchange in `record`, which goes on; 0: nothing goes on. */
static __always_inline int answer_exchange(struct exchange *x, struct scratch *s, u64 now,
                                           u32 status) {
  if (x->is_answered) end_exchange(x, x->last_ns);
  x->heard_answer = 1;
  x->last_ns = now;
  if (!pending(x)) {
    if (x->early_ns) count(COUNT_UNPAIRED);
    x->early_ns = now;
    x->early_status = status;
    return 0;
  }
  u32 sequence = x->answers++;
  if (sequence == x->record.sequence) {
    x->record.status = status;
    x->is_answered = 1;
    return 1;
  }
  s->record.head = x->record.head;
  s->record.ends = x->record.ends;
  s->record.head.kind = RECORD_ANSWER;
  s->record.head.at_ns = now;
  s->record.duration_ns = 0;
  s->record.sequence = sequence;
  s->record.status = status;
  s->record.flags = 0;
  s->record.text_bytes = 0;
  s->record.answer_text_bytes = 0;
  write_exchange(&s->record);
  return 0;
}

#endif
