/*
 * DNS (RFC 1035): a query and its answer have a number. Over TCP messages have their length before
 * them; over UDP each datagram is one, and each is a record of its own: a socket may ask and serve
 * many at once, and the reader knows when to wait no more.
 */
#ifndef SONDE_DNS_H
#define SONDE_DNS_H

#include "kafka.h"

#define DNS_PORT 53
#define DNS_HEAD_BYTES 12
#define DNS_LENGTH_BYTES 2
/* What of a datagram is looked at: head and question. A power of two. */
#define DNS_SEEN_BYTES 256
#define DNS_IS_ANSWER 0x80
#define DNS_KIND 0x78
#define DNS_CODE 0x0f

static __always_inline int is_dns_port(const struct endpoints *ends) {
  return ends->local_port == DNS_PORT || ends->peer_port == DNS_PORT;
}

static __always_inline void dns_message(struct frame *frame, u64 head, u32 is_request) {
  u8 flags = head >> 16, code = head >> 24 & DNS_CODE;
  int is_answer = (flags & DNS_IS_ANSWER) != 0, is_plain = swapped16(head >> 32) == 1;
  frame->id = swapped16(head);
  if (is_answer == !!is_request || flags & DNS_KIND || (is_request && !is_plain)) {
    frame->kind = FRAME_UNKNOWN;
  } else if (is_request) {
    frame->kind = FRAME_ASKS;
  } else {
    /* Further messages of a long answer ask nothing anew. */
    frame->kind = FRAME_ANSWERS | FRAME_ENDS | (code ? FRAME_FAILS : 0);
    frame->status = code;
  }
}

__noinline int dns_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s || !frame_has(s, DNS_LENGTH_BYTES + DNS_HEAD_BYTES)) return 0;
  struct frame *frame = &s->frame;
  frame->bytes = swapped16(load16(frame_at(s, 0))) + DNS_LENGTH_BYTES;
  frame->text = s->window.position + DNS_LENGTH_BYTES + DNS_HEAD_BYTES;
  dns_message(frame, load64(frame_at(s, DNS_LENGTH_BYTES)), is_request);
  return 0;
}

/* A datagram; `x->record.ends` says between whom. */
__noinline int dns_datagram(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  if (!x || !chunk) return 0;
  struct scratch *s = take_scratch(&slot);
  if (!s) return 0;
  u64 seen = BOUNDED(chunk->visible, DNS_SEEN_BYTES);
  if (seen < DNS_HEAD_BYTES || bpf_probe_read_user(s->bytes, seen, chunk->at)) seen = 0;
  u64 head = load64(s->bytes);
  struct exchange_record *record = &s->record;
  int is_plain = !(head >> 16 & DNS_KIND) && swapped16(head >> 32) == 1;
  if (seen && is_plain) {
    record->ends = x->record.ends;
    fill_record(record, x, chunk);
    record->head.kind = head >> 16 & DNS_IS_ANSWER ? RECORD_ANSWER : RECORD_REQUEST;
    record->sequence = swapped16(head);
    record->status = head >> 24 & DNS_CODE;
    record->flags = EXCHANGE_DATAGRAM;
    record->request_bytes = chunk->bytes;
    record->answer_bytes = chunk->bytes;
    copy_text(record, s, DNS_HEAD_BYTES, seen);
    write_exchange(record);
  }
  give_scratch(slot);
  return 0;
}

#endif
