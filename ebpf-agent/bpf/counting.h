/*
 * Protocols without numbers whose commands are sent together: as many answers come as commands went.
 * What was sent before anything was answered is one exchange, with the number of its commands; what
 * was sent meanwhile is a record of its own, a buffer each, which is answered when as many answers
 * have come. The sequence number of an exchange is that of its last command.
 */
#ifndef SONDE_COUNTING_H
#define SONDE_COUNTING_H

#include "joining.h"

/* Whether the answer to a command (by its number) is still to come. */
static __always_inline int is_awaited(const struct exchange *x, u32 sequence) {
  return (s32)(sequence - x->answers) >= 0;
}

static __always_inline int is_slot_busy(const struct exchange *x) {
  return pending(x) && is_awaited(x, x->record.sequence) && x->record.commands;
}

/* Another command; `s->group` of this buffer are in a record of their own. */
__noinline int ask_counted(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  settle(x, chunk->now);
  u32 sequence = x->requests;
  if (is_slot_busy(x) && x->record.sequence + 1 == sequence && !x->heard_answer && !s->group) {
    x->requests++;
    x->record.sequence = sequence;
    x->record.commands++;
    x->record.request_bytes += s->frame.bytes;
    return 0;
  }
  if (s->group) {
    x->requests++;
    s->group++;
    return 0;
  }
  int is_other = pending(x) != 0;
  struct exchange_record *record = is_other ? &s->record : &x->record;
  if (is_other) record->ends = x->record.ends;
  fill_record(record, x, chunk);
  record->sequence = sequence;
  record->request_bytes = chunk->bytes;
  copy_text(record, s, s->frame.text, text_end(s));
  x->requests++;
  if (is_other) {
    s->group = 1;
    return 0;
  }
  x->heard_answer = 0;
  take_early_answer(x, chunk->now);
  if (!pending(x)) x->record.commands = 0;
  return 0;
}

/* Ends the record of the commands in this buffer. */
static __always_inline void tell_group(struct exchange *x, struct scratch *s) {
  if (!s->group) return;
  s->record.commands = s->group;
  s->record.sequence = x->requests - 1;
  s->record.head.kind = RECORD_REQUEST;
  x->open_sequence = x->requests - 1;
  s->group = 0;
  x->others++;
  write_exchange(&s->record);
}

/* A message of an answer begins. */
__noinline int hear_counted(struct exchange *x, struct scratch *s) {
  if (!x || !s) return 0;
  u64 kind = s->frame.kind;
  int is_slot = is_slot_busy(x);
  if (is_slot) x->record.answer_bytes += s->frame.bytes;
  if (kind & FRAME_FAILS && is_slot) fill_answer(&x->record, s);
  if (kind & FRAME_FAILS && !is_slot && !s->failed) s->failed = s->frame.code;
  if (kind & FRAME_ENDS) x->answer.framing = IN_LAST;
  return 0;
}

/* The answer to one command is complete. */
__noinline int finish_counted(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  x->heard_answer = 1;
  if (!pending(x)) {
    x->early_ns = chunk->now;
    x->early_status = 0;
    return 0;
  }
  int is_slot = is_slot_busy(x);
  x->answers++;
  s->answered = 1;
  if (!is_slot || is_awaited(x, x->record.sequence)) return 0;
  end_exchange(x, chunk->now);
  /* Until another one begins there. */
  x->record.commands = 0;
  return 0;
}

/* Says how many commands have their answers, where others wait than the one in `record`. */
static __always_inline void tell_answers(struct exchange *x, struct scratch *s, u64 now) {
  if (!s->answered || !x->others || is_slot_busy(x)) return;
  if (!is_awaited(x, x->open_sequence)) x->others = 0;
  fill_other(x, &s->record, now, x->answers - 1, EXCHANGE_UP_TO);
  if (s->failed) {
    s->record.flags |= EXCHANGE_FAILED;
    __builtin_memcpy(s->record.code, &s->failed, CODE_BYTES);
  }
  write_exchange(&s->record);
}

#endif
