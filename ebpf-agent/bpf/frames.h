/*
 * Protocols whose messages say how long they are: a buffer is walked from message to message, each
 * protocol says what one is, and what requests and answers are made of is the same for all.
 *
 *   buffer -> frames_data -> step -> NAME_frame: bytes, kind, id -> ask, tell, hear, finish
 */
#ifndef SONDE_FRAMES_H
#define SONDE_FRAMES_H

#include "counting.h"

/* Messages looked at in one window. */
#define FRAMES_MAX 512

static __always_inline int is_by_id(u8 protocol) {
  return protocol == PROTOCOL_MONGODB || protocol == PROTOCOL_KAFKA ||
         protocol == PROTOCOL_RABBITMQ || protocol == PROTOCOL_CASSANDRA ||
         protocol == PROTOCOL_DNS;
}
static __always_inline int is_counted(u8 protocol) {
  return protocol == PROTOCOL_REDIS || protocol == PROTOCOL_MEMCACHED;
}

/* Declared here, as they need what stands above. */
static __always_inline void read_frame(struct exchange *x, struct scratch *s, u32 is_request);
static __always_inline void read_end(struct exchange *x, struct scratch *s,
                                     const struct chunk *chunk);

static __always_inline void finish_any(struct exchange *x, struct scratch *s,
                                       const struct chunk *chunk) {
  if (x->is_counted) {
    finish_counted(x, s, chunk);
  } else {
    finish(x, s, chunk);
  }
}

/* Passes what of the frame is in this window; 1 while it goes on. */
static __always_inline int pass_frame(struct walk *w) {
  struct stream *stream = w->stream;
  u64 there = w->s->window.end - w->s->window.position;
  u64 taken = stream->left < there ? stream->left : there;
  w->s->window.position += taken;
  stream->left -= taken;
  if (stream->left) return 1;
  if (stream->framing == IN_LAST) finish_any(w->x, w->s, w->chunk);
  stream->framing = AT_HEAD;
  return 0;
}

static __always_inline void hear_any(struct exchange *x, struct scratch *s,
                                     const struct chunk *chunk) {
  if (x->is_counted) {
    hear_counted(x, s);
  } else {
    hear_frame(x, s, chunk);
  }
}

static __always_inline void ask_any(struct exchange *x, struct scratch *s,
                                    const struct chunk *chunk) {
  if (x->is_counted) {
    ask_counted(x, s, chunk);
  } else {
    ask(x, s, chunk);
  }
}

static long frame_step(u64 index, struct walk *w) {
  struct window *window = &w->s->window;
  struct frame *frame = &w->s->frame;
  if (pass_frame(w) || window->position >= window->end) return 1;
  if (window->position + TEXT_BYTES_MAX > window->seen && ask_for_more(w)) return 1;
  frame->bytes = 0;
  frame->kind = FRAME_OTHER;
  frame->status = 0;
  frame->code = 0;
  frame->text = window->position;
  frame->text_end = ~0ull;
  read_frame(w->x, w->s, w->chunk->is_request);
  if (!frame->bytes) {
    if (keep_prefix(w)) lose(w->stream);
    return 1;
  }
  if (frame->kind & FRAME_UNKNOWN) {
    lose(w->stream);
    return 1;
  }
  if (frame->text_end == ~0ull) frame->text_end = window->position + frame->bytes;
  w->stream->framing = IN_BODY;
  w->stream->left = frame->bytes;
  if (frame->kind & FRAME_TELLS) {
    tell(w->x, w->s, w->chunk);
  } else if (!w->chunk->is_request) {
    hear_any(w->x, w->s, w->chunk);
  } else if (frame->kind & FRAME_ASKS) {
    ask_any(w->x, w->s, w->chunk);
  }
  return 0;
}

static long frames_window(u64 index, struct walk *w) {
  struct window *window = &w->s->window;
  window->wants_more = 0;
  bpf_loop(FRAMES_MAX, frame_step, w, 0);
  if (!window->wants_more || window->position >= window->reach) return 1;
  /* Many rows are not worth a look at each: the answer's end is at the end of a buffer. */
  if (w->s->frame.kind & FRAME_IS_ROW && pending(w->x) < 2 && !w->x->is_open) {
    lose(w->stream);
    return 1;
  }
  fill_next(w);
  return 0;
}

/* A stream that was lost begins anew where exactly one message fills the buffer. */
static __always_inline int find_frame(struct walk *w) {
  struct scratch *s = w->s;
  struct exchange *x = w->x;
  u32 notes[4] = {x->notes[0], x->notes[1], x->notes[2], x->notes[3]};
  if (!w->chunk->is_request && !x->is_by_id) return 0;
  s->frame.bytes = 0;
  s->frame.kind = FRAME_OTHER;
  read_frame(x, s, w->chunk->is_request);
  __builtin_memcpy(x->notes, notes, sizeof notes);
  if (s->frame.bytes != s->window.end || s->frame.kind & FRAME_UNKNOWN) return 0;
  w->stream->framing = AT_HEAD;
  return 1;
}

/* Of an answer that cannot be followed the last message may be known by its looks. */
__noinline int hear_end(struct exchange *x, struct scratch *s, const struct chunk *chunk) {
  if (!x || !s || !chunk) return 0;
  struct frame *frame = &s->frame;
  x->heard_answer = 1;
  if (x->is_answered) x->record.answer_bytes += chunk->bytes;
  if (!is_busy(x) && !x->is_open) return 0;
  frame->kind = FRAME_OTHER;
  frame->bytes = 0;
  frame->text_end = 0;
  read_end(x, s, chunk);
  if (!(frame->kind & FRAME_ENDS)) {
    if (frame->kind & FRAME_FAILS) fail(x, s);
    return 0;
  }
  x->answer.framing = AT_HEAD;
  if (x->is_counted) {
    x->answers = x->requests - 1;
    finish_counted(x, s, chunk);
    return 0;
  }
  if (!x->is_answered && !x->is_open) {
    hear(x, s, chunk->now);
  } else if (frame->kind & FRAME_FAILS) {
    fail(x, s);
  }
  finish(x, s, chunk);
  return 0;
}

static __always_inline void walk_frames(struct walk *w) {
  struct stream *stream = w->stream;
  fill_frames(w);
  if (stream->framing != IN_UNKNOWN || find_frame(w)) {
    bpf_loop(WINDOWS_MAX, frames_window, w, 0);
    int is_cut = w->s->window.position < w->s->window.end;
    if (is_cut && !stream->prefix_bytes && !stream->left) lose(stream);
  }
  if (!w->chunk->is_request && stream->framing == IN_UNKNOWN) hear_end(w->x, w->s, w->chunk);
}

/* A whole buffer lies in one message: nothing of it needs to be read. */
static __always_inline int passes_frame(struct stream *stream, const struct chunk *chunk) {
  if (stream->framing == AT_HEAD || stream->framing == IN_UNKNOWN || stream->left <= chunk->bytes) {
    return 0;
  }
  stream->left -= chunk->bytes;
  return 1;
}

__noinline int frames_data(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  if (!x || !chunk) return 0;
  struct stream *stream = chunk->is_request ? &x->request : &x->answer;
  x->is_by_id = is_by_id(x->record.ends.protocol);
  x->is_counted = is_counted(x->record.ends.protocol);
  if (!chunk->is_request) x->last_ns = chunk->now;
  if (passes_frame(stream, chunk)) return 0;
  struct scratch *s = take_scratch(&slot);
  if (!s) {
    lose(stream);
    return 0;
  }
  struct walk walk = {.x = x, .s = s, .stream = stream, .chunk = chunk};
  s->group = 0;
  s->failed = 0;
  s->answered = 0;
  walk_frames(&walk);
  tell_group(x, s);
  tell_answers(x, s, chunk->now);
  give_scratch(slot);
  return 0;
}

#endif
