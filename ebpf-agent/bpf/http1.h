/*
 * HTTP/1.1 on a connection: where messages begin and end (RFC 9112, section 6), so that a body that
 * looks like a request is none, and pipelined requests are counted one by one.
 */
#ifndef SONDE_HTTP1_H
#define SONDE_HTTP1_H

#include "exchange.h"

/* "GET / HTTP/1.1\r\n" */
#define HEAD_BYTES_MIN 16
/* Messages and chunks looked at in one buffer. */
#define STEPS_MAX 128
#define HEADER_LINES_MAX 256
#define LOWER_CASE 0x2020202020202020ull
#define CARRIAGE_RETURNS 0x0d0d0d0d0d0d0d0dull
#define LOW_7_BITS 0x7f7f7f7f7f7f7f7full
#define ONES 0x0101010101010101ull

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

static __always_inline int is_http2(u64 word) {
  return BEGINS(word, 8, 'P', 'R', 'I', ' ', '*', ' ', 'H', 'T');
}

/* The digits of "HTTP/1.1 200"; 0 when they are none. */
static __always_inline u32 http_status(u32 digits) {
  u32 hundreds = (digits & 0xff) - '0', tens = (digits >> 8 & 0xff) - '0';
  u32 ones = (digits >> 16 & 0xff) - '0';
  if (hundreds > 9 || tens > 9 || ones > 9) return 0;
  return hundreds * 100 + tens * 10 + ones;
}

/* Reads one head. */
struct head_scan {
  struct scratch *s;
  /* Of the head, and of what is there. */
  u64 start;
  u64 end;
  /* The word that is looked at, and which of its bytes are carriage returns. */
  u64 word_at;
  u64 returns;
  u64 content_length;
  /* Behind the empty line; 0 while there is none. */
  u64 head_end;
  u32 is_chunked;
};

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

static __always_inline void read_header(struct head_scan *scan, u64 line) {
  u64 first = load64(scratch_at(scan->s, line)) | LOWER_CASE;
  u64 second = load64(scratch_at(scan->s, line + 8)) | LOWER_CASE;
  if (BEGINS(first, 8, 'c', 'o', 'n', 't', 'e', 'n', 't', '-')) {
    if (BEGINS(second, 7, 'l', 'e', 'n', 'g', 't', 'h', ':', 0)) {
      scan->content_length = read_number(scan->s, line + 15);
    }
  } else if (BEGINS(first, 8, 't', 'r', 'a', 'n', 's', 'f', 'e', 'r')) {
    if (BEGINS(second, 8, '-', 'e', 'n', 'c', 'o', 'd', 'i', 'n')) scan->is_chunked = 1;
  }
}

/* The next carriage return of the word. */
static long scan_return(u64 index, struct head_scan *scan) {
  if (!scan->returns) return 1;
  u64 lowest = scan->returns & -scan->returns;
  scan->returns &= scan->returns - 1;
  /* How many bytes lie below the marked one. */
  u64 position = scan->word_at + (((((lowest >> 7) - 1) & ONES) * ONES) >> 56);
  if (position + 4 > scan->end) return 1;
  u32 four = load32(scratch_at(scan->s, position));
  if (four == 0x0a0d0a0d) {
    scan->head_end = position + 4;
    return 1;
  }
  u8 letter = (four >> 16 & 0xff) | 0x20;
  if ((letter == 'c' || letter == 't') && position + 18 <= scan->end) {
    read_header(scan, position + 2);
  }
  return 0;
}

static long scan_word(u64 index, struct head_scan *scan) {
  u64 at = scan->start + index * 8;
  if (at >= scan->end || scan->head_end) return 1;
  u64 word = load64(scratch_at(scan->s, at)) ^ CARRIAGE_RETURNS;
  /* Marks the bytes that are zero, exactly. */
  u64 returns = ~(((word & LOW_7_BITS) + LOW_7_BITS) | word | LOW_7_BITS);
  if (!returns) return 0;
  scan->word_at = at;
  scan->returns = returns;
  bpf_loop(8, scan_return, scan, 0);
  return scan->head_end ? 1 : 0;
}

static __always_inline void scan_head(struct head_scan *scan) {
  bpf_loop((scan->end - scan->start) / 8 + 1, scan_word, scan, 0);
}

struct walk {
  struct exchange *x;
  struct scratch *s;
  struct stream *stream;
  const struct chunk *chunk;
  u64 position;
  /* Bytes in the scratch, and bytes there are in truth, both with what came before. */
  u64 seen;
  u64 end;
};

static __always_inline void lose(struct stream *stream) {
  stream->framing = IN_UNKNOWN;
  stream->left = 0;
}

/* Keeps the bytes of a head that is not there yet; 1 when they are too many or not there. */
static __always_inline int keep_prefix(struct walk *w) {
  u64 length = w->end - w->position;
  if (w->seen < w->end || length >= PREFIX_BYTES) return 1;
  asm volatile("" : "+r"(length));
  length &= PREFIX_BYTES - 1;
  bpf_probe_read_kernel(w->stream->prefix, length, scratch_at(w->s, w->position));
  w->stream->prefix_bytes = length;
  return 0;
}

/* How the body after a head is framed. */
static __always_inline void enter_body(struct walk *w, const struct head_scan *scan, int until_end) {
  struct stream *stream = w->stream;
  if (!scan->head_end) {
    lose(stream);
    return;
  }
  w->position = scan->head_end;
  if (scan->is_chunked) {
    stream->framing = IN_CHUNK;
    stream->left = 0;
  } else if (until_end && scan->content_length == ~0ull) {
    lose(stream);
  } else {
    stream->framing = IN_BODY;
    stream->left = scan->content_length == ~0ull ? 0 : scan->content_length;
  }
}

static __always_inline int step_request(struct walk *w, struct head_scan *scan, u64 word) {
  struct exchange *x = w->x;
  if (!is_http_request(word)) {
    lose(w->stream);
    return 1;
  }
  u64 bit = 1ull << (x->requests & 63);
  int is_head = BEGINS(word, 4, 'H', 'E', 'A', 'D', 0, 0, 0, 0);
  x->head_requests = is_head ? x->head_requests | bit : x->head_requests & ~bit;
  begin_exchange(x, w->s, w->chunk, w->position, w->seen);
  scan_head(scan);
  enter_body(w, scan, 0);
  return w->stream->framing == IN_UNKNOWN;
}

static __always_inline int step_answer(struct walk *w, struct head_scan *scan, u64 word) {
  struct exchange *x = w->x;
  u32 status = http_status(load32(scratch_at(w->s, w->position + 9)));
  if (!is_http_answer(word) || !status) {
    lose(w->stream);
    return 1;
  }
  scan_head(scan);
  int is_interim = status < 200 && status != 101;
  int is_head = x->head_requests >> (x->answers & 63) & 1;
  if (is_interim || is_head || status == 101 || status == 204 || status == 304) {
    scan->content_length = 0;
    scan->is_chunked = 0;
  }
  if (!is_interim) answer_exchange(x, w->s, w->chunk->now, status);
  enter_body(w, scan, 1);
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
  u64 line = read_chunk_line(w->s, w->position), digits = line & 0xff, size = line >> 8;
  if (!digits || w->position + digits + 2 > w->seen) return 1;
  w->position += digits + 2;
  w->stream->left = size + 2;
  if (!size) w->stream->framing = IN_BODY;
  return 0;
}

static long step(u64 index, struct walk *w) {
  struct stream *stream = w->stream;
  u64 there = w->end - w->position;
  u64 taken = stream->left < there ? stream->left : there;
  w->position += taken;
  stream->left -= taken;
  if (stream->left) return 1;
  if (stream->framing == IN_BODY) {
    stream->framing = AT_HEAD;
    if (!w->chunk->is_request && w->x->is_answered) end_exchange(w->x, w->chunk->now);
  }
  if (w->position >= w->end) return 1;
  if (stream->framing == IN_CHUNK) {
    if (w->position + 3 <= w->seen && !step_chunk(w)) return 0;
    lose(stream);
    return 1;
  }
  if (w->position + HEAD_BYTES_MIN > w->seen) {
    if (keep_prefix(w)) lose(stream);
    return 1;
  }
  struct head_scan scan = {
      .s = w->s, .start = w->position, .end = w->seen, .content_length = ~0ull};
  u64 word = load64(scratch_at(w->s, w->position));
  return w->chunk->is_request ? step_request(w, &scan, word) : step_answer(w, &scan, word);
}

/* Copies what can be seen behind what was kept of the buffer before. */
static __always_inline void fill_scratch(struct walk *w) {
  struct stream *stream = w->stream;
  u64 kept = stream->prefix_bytes & (PREFIX_BYTES - 1);
  stream->prefix_bytes = 0;
  __builtin_memcpy(w->s->bytes, stream->prefix, PREFIX_BYTES);
  u64 length = BOUNDED(w->chunk->visible, SCAN_BYTES);
  if (length && bpf_probe_read_user(w->s->bytes + kept, length, w->chunk->at)) {
    count(COUNT_UNREADABLE);
    length = 0;
  }
  w->seen = kept + length < SCAN_BYTES ? kept + length : SCAN_BYTES;
  w->end = kept + w->chunk->bytes;
}

/* "0\r\n\r\n" at the end: a chunked body that nobody could follow is over. */
static __always_inline int ends_chunked(const struct walk *w) {
  if (w->seen < w->end || w->seen < 5) return 0;
  u64 last = load64(scratch_at(w->s, w->seen - 5)) & FIRST_BYTES(5);
  return last == TEXT8('0', '\r', '\n', '\r', '\n', 0, 0, 0);
}

/* A stream that was lost begins anew where a head stands at the beginning of a buffer. */
static __always_inline int find_again(struct walk *w) {
  struct exchange *x = w->x;
  u64 word = load64(w->s->bytes);
  int begins = w->chunk->is_request ? !pending(x) && is_http_request(word) : is_http_answer(word);
  if (!begins || w->seen < HEAD_BYTES_MIN) return 0;
  w->stream->framing = AT_HEAD;
  return 1;
}

/* A whole buffer lies in a body: nothing of it needs to be read. */
static __always_inline int passes_body(struct exchange *x, struct stream *stream,
                                       const struct chunk *chunk) {
  if (stream->framing == AT_HEAD || stream->framing == IN_UNKNOWN || stream->left <= chunk->bytes) {
    return 0;
  }
  stream->left -= chunk->bytes;
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
    fill_scratch(&walk);
    if (stream->framing != IN_UNKNOWN || find_again(&walk)) {
      bpf_loop(STEPS_MAX, step, &walk, 0);
      /* More messages in one buffer than are looked at. */
      if (walk.position < walk.end && stream->framing == AT_HEAD && !stream->prefix_bytes) {
        lose(stream);
      }
    } else if (!chunk->is_request && x->is_answered && ends_chunked(&walk)) {
      stream->framing = AT_HEAD;
      end_exchange(x, chunk->now);
    }
    give_scratch(slot);
  }
  if (chunk->is_request) x->record.request_bytes += chunk->bytes;
  return 0;
}

#endif
