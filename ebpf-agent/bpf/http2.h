/*
 * HTTP/2 (RFC 9113): what the reader needs of the frames of a connection, in their order. Heads that
 * carry headers go on whole, of data only the frame that ends its stream; the rest is skipped. What the
 * headers say is the reader's: they are compressed with what went before on the connection.
 *
 *   buffer   | HEADERS: head, block | DATA: head, body | DATA, end of stream: head, body | SETTINGS |
 *   record   | HEADERS: head, block |                    DATA, end of stream: head       |
 */
#ifndef SONDE_HTTP2_H
#define SONDE_HTTP2_H

#include "exchange.h"

#define FRAME_HEAD_BYTES 9
#define PREFACE_BYTES 24
/* Frames and pieces of them looked at in one piece of a buffer; pieces of one call. */
#define FRAMES_MAX 512
#define PIECES_MAX 64
/* What a record takes at once of a block of headers. */
#define BLOCK_PART_BYTES 1024

enum frame_type {
  FRAME_DATA = 0,
  FRAME_HEADERS = 1,
  FRAME_PRIORITY = 2,
  FRAME_RESET = 3,
  FRAME_SETTINGS = 4,
  FRAME_PROMISE = 5,
  FRAME_PING = 6,
  FRAME_GOAWAY = 7,
  FRAME_WINDOW = 8,
  FRAME_CONTINUATION = 9,
};
#define FLAG_END_STREAM 1
#define FLAG_END_HEADERS 4
#define FLAG_PADDED 8
#define FLAG_PRIORITY 0x20

static __always_inline int is_http2(u64 word) {
  return BEGINS(word, 8, 'P', 'R', 'I', ' ', '*', ' ', 'H', 'T');
}

struct http2_frame {
  u32 length;
  u32 stream;
  u8 type;
  u8 flags;
};

/* A frame's head in two pieces: 24 bits of length, type, flags, 31 bits of stream. */
static __always_inline struct http2_frame read_http2_frame(u64 word, u8 last) {
  u32 first = __builtin_bswap32(word);
  return (struct http2_frame){
      .length = first >> 8,
      .type = first,
      .flags = word >> 32,
      .stream = (u32)(u8)(word >> 40) << 24 | (u32)(u8)(word >> 48) << 16 |
                (u32)(u8)(word >> 56) << 8 | last,
  };
}

/* Whether a head can be one: what is cut into in the middle is found out. */
static __always_inline int is_frame(const struct http2_frame *f) {
  if (f->stream >> 31) return 0;
  switch (f->type) {
    case FRAME_DATA:
      return f->stream && !(f->flags & ~(FLAG_END_STREAM | FLAG_PADDED));
    case FRAME_HEADERS:
      return f->stream &&
             !(f->flags & ~(FLAG_END_STREAM | FLAG_END_HEADERS | FLAG_PADDED | FLAG_PRIORITY));
    case FRAME_PRIORITY:
      return f->stream && f->length == 5;
    case FRAME_RESET:
      return f->stream && f->length == 4;
    case FRAME_SETTINGS:
      return !f->stream && f->length % 6 == 0;
    case FRAME_PROMISE:
    case FRAME_CONTINUATION:
      return f->stream != 0;
    case FRAME_PING:
      return !f->stream && f->length == 8;
    case FRAME_GOAWAY:
      return !f->stream && f->length >= 8;
    case FRAME_WINDOW:
      return f->length == 4;
    default:
      /* Extensions: ALTSVC, ORIGIN, PRIORITY_UPDATE. */
      return f->type == 10 || f->type == 12 || f->type == 16;
  }
}

/* A request's or an answer's head, whole, on a connection that is older than the agent: 1 or 2. */
static __always_inline int http2_midway(const struct beginning *b) {
  struct http2_frame f = read_http2_frame(b->word, b->second);
  int is_head = f.type == FRAME_HEADERS && f.flags & FLAG_END_HEADERS && !(f.flags & FLAG_PADDED);
  if (!is_head || !is_frame(&f) || !(f.stream & 1) || b->seen < BEGINNING_BYTES) return 0;
  if (f.length + FRAME_HEAD_BYTES > b->bytes) return 0;
  u8 first = f.flags & FLAG_PRIORITY ? b->second >> 48 : b->second >> 8;
  /* The first header by its place in the static table: of requests :authority to :scheme, or :status. */
  u8 index = first & 0x80 ? first & 0x7f : first & 0x40 ? first & 0x3f : first & 0x0f;
  if (index >= 1 && index <= 7) return 1;
  return index >= 8 && index <= 14 ? 2 : 0;
}

#define FRAMES_HEAD_BYTES __builtin_offsetof(struct frames_record, data)

/* Goes through a buffer from frame to frame; numbers stand in the scratch. */
struct frames_walk {
  struct exchange *x;
  struct stream *stream;
  struct scratch *s;
  struct frames_record *record;
  const struct chunk *chunk;
};

static __always_inline void write_frames(struct frames_walk *w) {
  struct frames_record *record = w->record;
  if (!record->bytes) return;
  record->is_torn = w->stream->is_torn;
  record->sequence = w->stream->records++;
  w->stream->is_torn = 0;
  write_record(record, FRAMES_HEAD_BYTES + BOUNDED(record->bytes, FRAMES_BYTES_MAX));
  record->bytes = 0;
}

/* Nobody knows where the next frame begins: until a buffer begins with one. */
static __always_inline void lose_frames(struct frames_walk *w) {
  write_frames(w);
  w->stream->is_torn = 1;
  w->stream->framing = IN_UNKNOWN;
  w->stream->left = 0;
  w->stream->prefix_bytes = 0;
}

/* Room for that many bytes in the record; a record that has none is written first. */
static __always_inline char *frames_room(struct frames_walk *w, u64 bytes) {
  if (w->record->bytes + bytes > FRAMES_BYTES_MAX) write_frames(w);
  u64 at = w->record->bytes;
  asm volatile("" : "+r"(at));
  at &= FRAMES_BYTES_MAX - 1;
  w->record->bytes += bytes;
  return w->record->data + at;
}

/* The rest of a frame, as far as it is there: 1 when the piece ends in it. */
static __always_inline int pass_http2_payload(struct frames_walk *w) {
  struct stream *stream = w->stream;
  struct window *window = &w->s->window;
  u64 there = window->end - window->position;
  u64 taken = stream->left < there ? stream->left : there;
  if (stream->framing == IN_BLOCK) {
    taken = BOUNDED(taken, BLOCK_PART_BYTES);
    char *into = frames_room(w, taken);
    if (taken && bpf_probe_read_user(into, taken, window->at + window->position)) {
      count(COUNT_UNREADABLE);
      lose_frames(w);
      return 1;
    }
  }
  window->position += taken;
  stream->left -= taken;
  return window->position >= window->end;
}

static __always_inline int take_http2_head(struct frames_walk *w) {
  struct stream *stream = w->stream;
  u8 last = stream->prefix[8];
  struct http2_frame f = read_http2_frame(load64(stream->prefix), last);
  stream->prefix_bytes = 0;
  if (!is_frame(&f)) {
    lose_frames(w);
    return 1;
  }
  stream->left = f.length;
  int has_block = f.type == FRAME_HEADERS || f.type == FRAME_CONTINUATION ||
                  f.type == FRAME_PROMISE || f.type == FRAME_RESET;
  stream->framing = has_block ? IN_BLOCK : IN_BODY;
  if (!has_block && !(f.type == FRAME_DATA && f.flags & FLAG_END_STREAM)) return 0;
  char *into = frames_room(w, FRAME_HEAD_BYTES);
  __builtin_memcpy(into, stream->prefix, 8);
  into[8] = last;
  return 0;
}

static long step_http2_frame(u64 index, struct frames_walk *w) {
  struct stream *stream = w->stream;
  struct window *window = &w->s->window;
  if (stream->left) return pass_http2_payload(w);
  u64 there = window->end - window->position;
  u64 kept = stream->prefix_bytes < FRAME_HEAD_BYTES ? stream->prefix_bytes : 0;
  u64 taken = FRAME_HEAD_BYTES - kept < there ? FRAME_HEAD_BYTES - kept : there;
  if (!taken) return 1;
  taken = BOUNDED(taken, PREFIX_BYTES);
  kept = BOUNDED(kept, PREFIX_BYTES);
  if (bpf_probe_read_user(stream->prefix + kept, taken, window->at + window->position)) {
    count(COUNT_UNREADABLE);
    lose_frames(w);
    return 1;
  }
  window->position += taken;
  stream->prefix_bytes = kept + taken;
  return stream->prefix_bytes < FRAME_HEAD_BYTES ? 1 : take_http2_head(w);
}

/* Bytes that begin with a frame, where it was lost where frames begin. */
static __always_inline int begins_frame(struct stream *stream, const char *at, u64 bytes) {
  if (bytes < FRAME_HEAD_BYTES || bpf_probe_read_user(stream->prefix, FRAME_HEAD_BYTES, at)) return 0;
  struct http2_frame f = read_http2_frame(load64(stream->prefix), stream->prefix[8]);
  return is_frame(&f) && (f.type == FRAME_DATA || f.length + FRAME_HEAD_BYTES <= bytes);
}

static __always_inline void walk_piece(struct frames_walk *w, const char *at, u64 bytes) {
  struct stream *stream = w->stream;
  struct window *window = &w->s->window;
  if (stream->framing == IN_UNKNOWN) {
    if (!begins_frame(stream, at, bytes)) return;
    stream->framing = AT_HEAD;
  }
  window->at = at;
  window->position = 0;
  window->end = bytes;
  bpf_loop(FRAMES_MAX, step_http2_frame, w, 0);
  /* More frames in one piece than are looked at. */
  if (window->position < window->end && stream->framing != IN_UNKNOWN) lose_frames(w);
}

/* The next of the pieces that a call moved; `reach` counts what of its bytes is left. */
static long step_piece(u64 index, struct frames_walk *w) {
  struct vector_piece piece = {};
  const void *from = (const void *)(w->chunk->vectors + index * sizeof piece);
  if (index >= w->chunk->vector_count || !w->s->window.reach) return 1;
  if (bpf_probe_read_user(&piece, sizeof piece, from)) {
    count(COUNT_UNREADABLE);
    lose_frames(w);
    return 1;
  }
  u64 bytes = piece.bytes < w->s->window.reach ? piece.bytes : w->s->window.reach;
  w->s->window.reach -= bytes;
  walk_piece(w, (const char *)piece.at, bytes);
  return 0;
}

/* The first buffer of a connection: with the preface at its beginning, or one midway. */
static __always_inline void begin_http2(struct exchange *x, struct stream *stream,
                                        const struct chunk *chunk) {
  u64 word = 0;
  x->has_begun = 1;
  if (chunk->visible >= sizeof word) bpf_probe_read_user(&word, sizeof word, chunk->at);
  if (is_http2(word)) {
    stream->framing = IN_BODY;
    stream->left = PREFACE_BYTES;
    return;
  }
  x->request.framing = IN_UNKNOWN;
  x->answer.framing = IN_UNKNOWN;
  x->request.is_torn = 1;
  x->answer.is_torn = 1;
}

__noinline int http2_data(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  if (!x || !chunk) return 0;
  struct stream *stream = chunk->is_request ? &x->request : &x->answer;
  if (!x->has_begun) begin_http2(x, stream, chunk);
  /* All of it lies in the body of a frame. */
  if (stream->framing == IN_BODY && stream->left >= chunk->bytes) {
    stream->left -= chunk->bytes;
    return 0;
  }
  struct scratch *s = take_scratch(&slot);
  if (!s) {
    stream->framing = IN_UNKNOWN;
    stream->is_torn = 1;
    return 0;
  }
  struct frames_record *record = (void *)s->bytes;
  struct frames_walk walk = {.x = x, .stream = stream, .s = s, .record = record, .chunk = chunk};
  record->head.kind = RECORD_FRAMES;
  record->head.tgid = chunk->tgid;
  record->head.at_ns = chunk->now;
  record->ends = x->record.ends;
  record->is_request = chunk->is_request;
  record->bytes = 0;
  s->window.reach = chunk->bytes;
  if (chunk->visible >= chunk->bytes) {
    s->window.reach = 0;
    walk_piece(&walk, chunk->at, chunk->bytes);
  } else if (chunk->vector_count) {
    bpf_loop(PIECES_MAX, step_piece, &walk, 0);
  }
  if (s->window.reach) lose_frames(&walk);
  write_frames(&walk);
  give_scratch(slot);
  return 0;
}

#endif
