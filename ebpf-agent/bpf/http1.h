/*
 * HTTP/1.1 on a connection: where messages begin and end (RFC 9112, section 6), so that a body that
 * looks like a request is none, and pipelined requests are counted one by one.
 */
#ifndef SONDE_HTTP1_H
#define SONDE_HTTP1_H

#include "walk.h"

/* "GET / HTTP/1.1\r\n" */
#define HEAD_BYTES_MIN 16
/* Messages and chunks looked at in one window. */
#define STEPS_MAX 128
/* Of a head, looked at together. */
#define STRETCH_BYTES 32
#define LOWER_CASE 0x2020202020202020ull
#define CARRIAGE_RETURNS 0x0d0d0d0d0d0d0d0dull

static __always_inline int is_http_request(u64 word) {
  return BEGINS(word, 4, 'G', 'E', 'T', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 5, 'P', 'O', 'S', 'T', ' ', 0, 0, 0) ||
         BEGINS(word, 4, 'P', 'U', 'T', ' ', 0, 0, 0, 0) ||
         BEGINS(word, 5, 'H', 'E', 'A', 'D', ' ', 0, 0, 0) ||
         BEGINS(word, 7, 'D', 'E', 'L', 'E', 'T', 'E', ' ', 0) ||
         BEGINS(word, 6, 'P', 'A', 'T', 'C', 'H', ' ', 0, 0) ||
         BEGINS(word, 8, 'O', 'P', 'T', 'I', 'O', 'N', 'S', ' ') ||
         BEGINS(word, 8, 'C', 'O', 'N', 'N', 'E', 'C', 'T', ' ') ||
         BEGINS(word, 6, 'T', 'R', 'A', 'C', 'E', ' ', 0, 0);
}

static __always_inline int is_http_answer(u64 word) {
  return BEGINS(word, 7, 'H', 'T', 'T', 'P', '/', '1', '.', 0);
}

/* A record of a handshake, or of what came after it: version 3.x. */
static __always_inline int is_tls(const struct beginning *b) {
  u16 start = b->word;
  return b->seen >= 5 && (start == 0x0316 || (b->word & FIRST_BYTES(3)) == 0x030317);
}

/* The digits of "HTTP/1.1 200"; 0 when they are none. */
static __always_inline u32 http_status(u32 digits) {
  u32 hundreds = (digits & 0xff) - '0', tens = (digits >> 8 & 0xff) - '0';
  u32 ones = (digits >> 16 & 0xff) - '0';
  if (hundreds > 9 || tens > 9 || ones > 9) return 0;
  return hundreds * 100 + tens * 10 + ones;
}

/* The decimal number at a position, after blanks. */
__noinline u64 read_number(const struct scratch *s, u64 position) {
  u64 value = 0;
  if (!s) return 0;
  for (u32 i = 0; i < 16; i++) {
    u8 digit = *scratch_at(s, position + i);
    if (digit == ' ' && !value) continue;
    digit -= '0';
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  return value;
}

static __always_inline void read_header(struct walk *w, u64 line) {
  u64 first = load64(scratch_at(w->s, line)) | LOWER_CASE;
  u64 second = load64(scratch_at(w->s, line + 8)) | LOWER_CASE;
  if (BEGINS(first, 8, 'c', 'o', 'n', 't', 'e', 'n', 't', '-')) {
    if (BEGINS(second, 7, 'l', 'e', 'n', 'g', 't', 'h', ':', 0)) {
      w->s->head.content_length = read_number(w->s, line + 15);
    }
  } else if (BEGINS(first, 8, 't', 'r', 'a', 'n', 's', 'f', 'e', 'r')) {
    if (BEGINS(second, 8, '-', 'e', 'n', 'c', 'o', 'd', 'i', 'n')) w->s->head.is_chunked = 1;
  } else if (BEGINS(first, 8, 't', 'r', 'a', 'c', 'e', 'p', 'a', 'r')) {
    u64 value = line + (*scratch_at(w->s, line + 12) == ' ' ? 13 : 12);
    int is_whole = value + TRACE_BYTES <= w->s->head.end;
    if (is_whole && BEGINS(second, 4, 'e', 'n', 't', ':', 0, 0, 0, 0)) w->s->head.trace_at = value;
  }
}

/* The next carriage return of the word. */
static long scan_return(u64 index, struct walk *w) {
  if (!w->s->head.returns) return 1;
  u64 lowest = w->s->head.returns & -w->s->head.returns;
  w->s->head.returns &= w->s->head.returns - 1;
  /* How many bytes lie below the marked one. */
  u64 position = w->s->head.word_at + (((((lowest >> 7) - 1) & ONES) * ONES) >> 56);
  if (position + 4 > w->s->head.end) return 1;
  u32 four = load32(scratch_at(w->s, position));
  if (four == 0x0a0d0a0d) {
    w->s->head.head_end = position + 4;
    return 1;
  }
  u8 letter = (four >> 16 & 0xff) | 0x20;
  if ((letter == 'c' || letter == 't') && position + 18 <= w->s->head.end) {
    read_header(w, position + 2);
  }
  return 0;
}

/* Marks the bytes of eight that are carriage returns, exactly. */
static __always_inline u64 returns_among(const char *bytes) {
  u64 word = load64(bytes) ^ CARRIAGE_RETURNS;
  return ~(((word & LOW_7_BITS) + LOW_7_BITS) | word | LOW_7_BITS);
}

/* Mostly there is one. */
static __noinline int scan_word(struct walk *w, u64 at, u64 returns) {
  if (!returns || w->s->head.head_end) return 0;
  w->s->head.word_at = at;
  w->s->head.returns = returns;
  if (!scan_return(0, w) && w->s->head.returns) bpf_loop(7, scan_return, w, 0);
  return 0;
}

/* Four words at a time, which spares calls and returns. */
static long scan_stretch(u64 index, struct walk *w) {
  u64 at = w->s->head.start + index * STRETCH_BYTES;
  if (at >= w->s->head.end || w->s->head.head_end) return 1;
  const char *bytes = scratch_at(w->s, at);
  u64 first = returns_among(bytes), second = returns_among(bytes + 8);
  u64 third = returns_among(bytes + 16), fourth = returns_among(bytes + 24);
  if (!(first | second | third | fourth)) return 0;
  scan_word(w, at, first);
  scan_word(w, at + 8, second);
  scan_word(w, at + 16, third);
  scan_word(w, at + 24, fourth);
  return w->s->head.head_end ? 1 : 0;
}

static __always_inline void scan_head(struct walk *w) {
  bpf_loop((w->s->head.end - w->s->head.start) / STRETCH_BYTES + 1, scan_stretch, w, 0);
}

/* How the body after a head is framed. */
static __always_inline void enter_body(struct walk *w, int until_end) {
  struct stream *stream = w->stream;
  if (!w->s->head.head_end) {
    lose(stream);
    return;
  }
  w->s->window.position = w->s->head.head_end;
  if (w->s->head.is_chunked) {
    stream->framing = IN_CHUNK;
    stream->left = 0;
  } else if (until_end && w->s->head.content_length == ~0ull) {
    lose(stream);
  } else {
    stream->framing = IN_BODY;
    stream->left = w->s->head.content_length == ~0ull ? 0 : w->s->head.content_length;
  }
}

static __always_inline int step_request(struct walk *w, u64 word) {
  struct exchange *x = w->x;
  if (!is_http_request(word)) {
    lose(w->stream);
    return 1;
  }
  u64 bit = 1ull << (x->requests & 63);
  int is_head = BEGINS(word, 4, 'H', 'E', 'A', 'D', 0, 0, 0, 0);
  x->head_requests = is_head ? x->head_requests | bit : x->head_requests & ~bit;
  scan_head(w);
  if (!w->s->head.head_end && ask_for_more(w)) return 1;
  begin_exchange(x, w->s, w->chunk, w->s->window.position, w->s->window.seen);
  enter_body(w, 0);
  return w->stream->framing == IN_UNKNOWN;
}

static __always_inline int step_answer(struct walk *w, u64 word) {
  struct exchange *x = w->x;
  u32 status = http_status(load32(scratch_at(w->s, w->s->window.position + 9)));
  if (!is_http_answer(word) || !status) {
    lose(w->stream);
    return 1;
  }
  scan_head(w);
  if (!w->s->head.head_end && ask_for_more(w)) return 1;
  int is_interim = status < 200 && status != 101;
  int is_head = x->head_requests >> (x->answers & 63) & 1;
  if (is_interim || is_head || status == 101 || status == 204 || status == 304) {
    w->s->head.content_length = 0;
    w->s->head.is_chunked = 0;
  }
  if (!is_interim) answer_exchange(x, w->s, w->chunk->now, status);
  enter_body(w, 1);
  if (status == 101) {
    if (x->is_answered) end_exchange(x, w->chunk->now);
    x->record.ends.protocol = PROTOCOL_OPAQUE;
    return 1;
  }
  return w->stream->framing == IN_UNKNOWN;
}

/* Hexadecimal digits, at most 7, and the line end: size << 8 | digits, 0 when it is none. */
__noinline u64 read_chunk_line(const struct scratch *s, u64 position) {
  u64 size = 0, digits = 0;
  if (!s) return 0;
  for (u32 i = 0; i < 8; i++) {
    u8 letter = *scratch_at(s, position + i);
    u8 decimal = letter - '0', hexadecimal = (letter | 0x20) - 'a';
    if (decimal < 10) {
      size = size * 16 + decimal;
    } else if (hexadecimal < 6) {
      size = size * 16 + hexadecimal + 10;
    } else {
      break;
    }
    digits++;
  }
  u32 after = load32(scratch_at(s, position + digits)) & 0xffff;
  return digits < 8 && after == 0x0a0d ? size << 8 | digits : 0;
}

/* 1 when there is no such line. The last chunk is followed by an empty line, or trailers: rare. */
static __always_inline int step_chunk(struct walk *w) {
  u64 line = read_chunk_line(w->s, w->s->window.position), digits = line & 0xff, size = line >> 8;
  if (!digits || w->s->window.position + digits + 2 > w->s->window.seen) return 1;
  w->s->window.position += digits + 2;
  w->stream->left = size + 2;
  if (!size) w->stream->framing = IN_BODY;
  return 0;
}

static long step(u64 index, struct walk *w) {
  struct stream *stream = w->stream;
  u64 there = w->s->window.end - w->s->window.position;
  u64 taken = stream->left < there ? stream->left : there;
  w->s->window.position += taken;
  stream->left -= taken;
  if (stream->left) return 1;
  if (stream->framing == IN_BODY) {
    stream->framing = AT_HEAD;
    if (!w->chunk->is_request && w->x->is_answered) end_exchange(w->x, w->chunk->now);
  }
  if (w->s->window.position >= w->s->window.end) return 1;
  if (stream->framing == IN_CHUNK) {
    if (w->s->window.position + 3 <= w->s->window.seen && !step_chunk(w)) return 0;
    if (!ask_for_more(w)) lose(stream);
    return 1;
  }
  if (w->s->window.position + HEAD_BYTES_MIN > w->s->window.seen) {
    if (!ask_for_more(w) && keep_prefix(w)) lose(stream);
    return 1;
  }
  struct head *head = &w->s->head;
  head->start = w->s->window.position;
  head->end = w->s->window.seen;
  head->content_length = ~0ull;
  head->head_end = 0;
  head->is_chunked = 0;
  head->trace_at = 0;
  u64 word = load64(scratch_at(w->s, w->s->window.position));
  return w->chunk->is_request ? step_request(w, word) : step_answer(w, word);
}

static long walk_window(u64 index, struct walk *w) {
  w->s->window.wants_more = 0;
  bpf_loop(STEPS_MAX, step, w, 0);
  if (!w->s->window.wants_more) return 1;
  u64 moved = w->s->window.position;
  if (moved >= w->s->window.reach) return 1;
  w->s->window.at += moved;
  fill_window(w, 0, w->s->window.reach - moved, w->s->window.end - moved);
  return 0;
}

/* "0\r\n\r\n" at the end: a chunked body that nobody could follow is over. */
static __always_inline int ends_chunked(const struct chunk *chunk) {
  u64 last = 0;
  if (!chunk->end || chunk->bytes < 5) return 0;
  if (bpf_probe_read_user(&last, 5, chunk->end - 5)) return 0;
  return last == TEXT8('0', '\r', '\n', '\r', '\n', 0, 0, 0);
}

/* A stream that was lost begins anew where a head stands at the beginning of a buffer. */
static __always_inline int find_again(struct walk *w) {
  struct exchange *x = w->x;
  u64 word = load64(w->s->bytes);
  int begins = w->chunk->is_request ? !pending(x) && is_http_request(word) : is_http_answer(word);
  if (!begins || w->s->window.seen < HEAD_BYTES_MIN) return 0;
  w->stream->framing = AT_HEAD;
  return 1;
}

__noinline int http1_data(struct exchange *x, const struct chunk *chunk) {
  u32 slot = 0;
  if (!x || !chunk) return 0;
  struct stream *stream = chunk->is_request ? &x->request : &x->answer;
  if (!chunk->is_request) {
    x->last_ns = chunk->now;
    x->record.answer_bytes += chunk->bytes;
    x->heard_answer = 1;
  }
  if (!passes_body(x, stream, chunk)) {
    struct scratch *s = take_scratch(&slot);
    if (!s) return 0;
    struct walk walk = {.x = x, .s = s, .stream = stream, .chunk = chunk};
    fill_first(&walk);
    if (stream->framing != IN_UNKNOWN || find_again(&walk)) {
      bpf_loop(WINDOWS_MAX, walk_window, &walk, 0);
      /* More messages in one buffer than are looked at. */
      if (s->window.position < s->window.end && !stream->prefix_bytes) lose(stream);
    }
    int is_lost = !chunk->is_request && stream->framing == IN_UNKNOWN;
    if (is_lost && x->is_answered && ends_chunked(chunk)) {
      stream->framing = AT_HEAD;
      end_exchange(x, chunk->now);
    }
    give_scratch(slot);
  }
  if (chunk->is_request) x->record.request_bytes += chunk->bytes;
  return 0;
}

#endif
