/*
 * Requests and answers of framed protocols: which answer is whose.
 *
 * In order: the next answer is that of the oldest request (MySQL, PostgreSQL). By id: an answer names
 * its request (MongoDB, Kafka). Either way the first request that is unanswered is built in place, and
 * those beside it are records of their own.
 */
#ifndef SONDE_JOINING_H
#define SONDE_JOINING_H

#include "gather.h"

enum frame_kind {
  /* To be passed over. */
  FRAME_OTHER = 0,
  /* Wants an answer. */
  FRAME_ASKS = 1,
  /* Wants none. */
  FRAME_TELLS = 2,
  /* The first message of an answer, and the last one. */
  FRAME_ANSWERS = 4,
  FRAME_ENDS = 8,
  /* Says that the request failed. */
  FRAME_FAILS = 16,
  /* None of many rows: every message of the buffer is worth being looked at. */
  FRAME_IS_ROW = 32,
  /* No message of this protocol. */
  FRAME_UNKNOWN = 64,
  /* What was sent is answered, and all before it. */
  FRAME_UP_TO = 128,
};

/* Bytes from the walk's position on. */
static __always_inline const char *frame_at(const struct scratch *s, u64 offset) {
  return scratch_at(s, s->window.position + offset);
}
static __always_inline u8 frame_byte(const struct scratch *s, u64 offset) {
  return *frame_at(s, offset);
}
/* Whether as many of the frame's bytes are in the window. */
static __always_inline int frame_has(const struct scratch *s, u64 bytes) {
  return s->window.position + bytes <= s->window.seen;
}

/* The frame's last byte is in this buffer. */
static __always_inline int is_whole(const struct scratch *s) {
  return s->window.position + s->frame.bytes <= s->window.end;
}

static __always_inline u64 text_end(const struct scratch *s) {
  return s->frame.text_end < s->window.seen ? s->frame.text_end : s->window.seen;
}

/* A message that nobody answers: recorded at once. */
__noinline int tell(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  struct exchange_record *record = &s->record;
  record->ends = x->record.ends;
  fill_record(record, x, chunk);
  record->flags = EXCHANGE_ONE_WAY | (chunk->is_request ? 0 : EXCHANGE_REVERSED);
  record->status = s->frame.status;
  record->request_bytes = s->frame.bytes;
  copy_text(record, s, s->frame.text, text_end(s));
  write_exchange(record);
  return 0;
}

/* Whether the exchange in `record` is under way. */
static __always_inline int is_busy(const struct exchange *x) {
  return pending(x) || x->is_answered;
}

/* Answers that could not be followed are over where the other side asks again. */
static __always_inline void settle(struct exchange *x, u64 now) {
  if (x->answer.framing != IN_UNKNOWN) return;
  if (x->is_answered) end_exchange(x, x->last_ns);
  if (!x->is_by_id && pending(x) && x->heard_answer) abandon_exchange(x, now, EXCHANGE_UNREAD);
  if (pending(x) || x->others) return;
  x->answer.framing = AT_HEAD;
  x->notes[0] = 0;
}

__noinline int ask(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  settle(x, chunk->now);
  struct exchange_record *record = is_busy(x) ? &s->record : &x->record;
  if (record == &s->record) record->ends = x->record.ends;
  fill_record(record, x, chunk);
  record->request_bytes = s->frame.bytes;
  if (x->is_by_id) record->sequence = s->frame.id;
  copy_text(record, s, s->frame.text, text_end(s));
  x->heard_answer = 0;
  if (record == &s->record) {
    record->head.kind = RECORD_REQUEST;
    if (x->is_by_id) {
      x->others++;
    } else {
      x->requests++;
    }
    write_exchange(record);
    return 0;
  }
  x->requests++;
  if (!x->is_by_id || x->early_sequence == (u32)s->frame.id) take_early_answer(x, chunk->now);
  return 0;
}

/* What the frame says of the answer that it belongs to. */
static __always_inline void fill_answer(struct exchange_record *record, const struct scratch *s) {
  if (s->frame.kind & FRAME_FAILS) {
    record->flags |= EXCHANGE_FAILED;
    __builtin_memcpy(record->code, &s->frame.code, CODE_BYTES);
    record->status = s->frame.status;
  }
}

static __always_inline void copy_answer(struct exchange_record *record, const struct scratch *s) {
  u64 at = BOUNDED(record->text_bytes, TEXT_BYTES_MAX);
  u64 position = s->frame.text, end = text_end(s);
  u64 length = BOUNDED(end > position ? end - position : 0, ANSWER_BYTES_MAX);
  record->answer_text_bytes = length;
  bpf_probe_read_kernel(record->text + at, length, s->bytes + (position & (SCAN_BYTES - 1)));
}

static __always_inline void fill_other(struct exchange *x, struct exchange_record *record,
                                       u64 now, u32 sequence, u32 flags) {
  record->head = x->record.head;
  record->ends = x->record.ends;
  record->head.kind = RECORD_ANSWER;
  record->head.at_ns = now;
  record->duration_ns = 0;
  record->sequence = sequence;
  record->status = 0;
  record->flags = flags;
  record->text_bytes = 0;
  record->answer_text_bytes = 0;
  record->answer_bytes = 0;
}

/* An answer of a request that is a record of its own. */
static __always_inline void hear_other(struct exchange *x, struct scratch *s, u64 now,
                                       u32 sequence) {
  if (x->is_by_id) {
    x->others--;
  } else {
    x->answers++;
  }
  fill_other(x, &s->record, now, sequence, 0);
  fill_answer(&s->record, s);
  copy_answer(&s->record, s);
  s->record.answer_bytes = s->frame.bytes;
  if (!(s->frame.kind & FRAME_ENDS) || !is_whole(s)) {
    s->record.flags |= EXCHANGE_CONTINUES;
    x->open_sequence = sequence;
    x->open_flags = 0;
    x->is_open = 1;
  }
  write_exchange(&s->record);
}

static __always_inline void hear(struct exchange *x, struct scratch *s, u64 now) {
  u32 sequence = x->is_by_id ? s->frame.id : x->answers;
  if (pending(x) && sequence == x->record.sequence) {
    x->answers = x->is_by_id ? x->requests : x->answers + 1;
    x->is_answered = 1;
    x->record.answer_bytes = 0;
    fill_answer(&x->record, s);
    copy_answer(&x->record, s);
  } else if (x->is_by_id ? x->others : pending(x)) {
    hear_other(x, s, now, sequence);
  } else {
    if (x->early_ns) count(COUNT_UNPAIRED);
    x->early_ns = now;
    x->early_status = s->frame.status;
    x->early_sequence = sequence;
  }
}

/* A message behind the first one of an answer says that the request failed. */
static __always_inline void fail(struct exchange *x, const struct scratch *s) {
  if (x->is_answered) {
    fill_answer(&x->record, s);
  } else if (x->is_open) {
    x->open_flags |= EXCHANGE_FAILED;
    x->open_code = s->frame.code;
  }
}

/* The answer that was heard last is complete. */
__noinline int finish(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  if (x->is_open) {
    x->is_open = 0;
    fill_other(x, &s->record, chunk->now, x->open_sequence, x->open_flags);
    __builtin_memcpy(s->record.code, &x->open_code, CODE_BYTES);
    write_exchange(&s->record);
  } else if (x->is_answered) {
    end_exchange(x, chunk->now);
  }
  return 0;
}

__noinline int hear_frame(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  u64 kind = s->frame.kind;
  x->heard_answer = 1;
  if (kind & FRAME_ANSWERS) {
    hear(x, s, chunk->now);
  } else if (kind & FRAME_FAILS) {
    fail(x, s);
  }
  if (x->is_answered) x->record.answer_bytes += s->frame.bytes;
  if (kind & FRAME_ENDS) x->answer.framing = IN_LAST;
  return 0;
}

#endif
