/*
 * MySQL and MariaDB: packets of at most 16 MiB with their length and their number within an exchange.
 *
 *   command (number 0) -> first packet: done, failed, or how many columns
 *                         columns -> [end] -> rows -> end, or another result
 *
 * What a packet of an answer means depends on those before it: the phase is kept between buffers.
 */
#ifndef SONDE_MYSQL_H
#define SONDE_MYSQL_H

#include "frames.h"

#define MYSQL_HEAD_BYTES 4
#define MYSQL_GREETING 10
#define MYSQL_OK 0
#define MYSQL_ERROR 0xff
#define MYSQL_FILE 0xfb
#define MYSQL_END 0xfe
/* Status of the server: another result follows; rows are fetched by commands of their own. */
#define MYSQL_MORE 8
#define MYSQL_CURSOR 0x40
/* What a client can: compress, encrypt. */
#define MYSQL_CAN_COMPRESS 0x20
#define MYSQL_CAN_ENCRYPT 0x800
#define MYSQL_LOGIN_HEAD_BYTES 32
/* What of a packet is read. */
#define MYSQL_SEEN_BYTES 24
/* The end of rows: warnings and status; counts of rows, status and warnings. */
#define MYSQL_OLD_END_BYTES 9
#define MYSQL_MODERN_END_BYTES 11
/* An "error" that says how far the server is (MariaDB). */
#define MYSQL_PROGRESS 0xffff

enum mysql_command {
  MYSQL_QUIT = 1,
  MYSQL_FIELD_LIST = 4,
  MYSQL_STATISTICS = 9,
  MYSQL_CHANGE_USER = 0x11,
  MYSQL_BINLOG = 0x12,
  MYSQL_PREPARE = 0x16,
  MYSQL_EXECUTE = 0x17,
  MYSQL_LONG_DATA = 0x18,
  MYSQL_CLOSE = 0x19,
  MYSQL_FETCH = 0x1c,
  MYSQL_BINLOG_BY_ID = 0x1e,
  MYSQL_RESET = 0x1f,
  MYSQL_BULK_EXECUTE = 0xfa,
};

/* What the next packet of an answer is. */
enum mysql_phase {
  MYSQL_FIRST,
  MYSQL_NEXT_RESULT,
  /* `notes[1]` more definitions of parameters and columns, which end the answer. */
  MYSQL_DEFINITIONS,
  /* `notes[1]` more definitions of columns, then rows. */
  MYSQL_COLUMNS,
  MYSQL_AFTER_COLUMNS,
  MYSQL_ROWS,
};

/* notes[0]: phase; notes[1]: definitions; notes[2], [3]: the last 8 commands. */
#define MYSQL_COMMANDS 8

static __always_inline int is_mysql_command(u8 command) {
  return (command && command <= MYSQL_RESET) || command == MYSQL_BULK_EXECUTE;
}

/* The greeting of a server: its only packet, version 10 and a number of a release. */
static __always_inline int is_mysql_greeting(const struct beginning *b) {
  u64 length = b->word & 0xffffff, seq = b->word >> 24 & 0xff;
  u8 digit = b->word >> 40;
  return seq == 0 && length + MYSQL_HEAD_BYTES == b->bytes && (b->word >> 32 & 0xff) == MYSQL_GREETING &&
         length > 40 && digit >= '3' && digit <= '9';
}

/* A statement midway: exactly one packet, and text or a statement's number where they belong. */
static __always_inline int is_mysql_request(const struct beginning *b) {
  u64 length = b->word & 0xffffff, seq = b->word >> 24 & 0xff;
  u8 command = b->word >> 32, letter = (b->word >> 40 & 0xff) | 0x20;
  if (seq != 0 || length + MYSQL_HEAD_BYTES != b->bytes) return 0;
  if (command == 3 || command == MYSQL_PREPARE) {
    u8 second = (b->word >> 48 & 0xff) | 0x20;
    return length > 5 && letter >= 'a' && letter <= 'z' && second >= 'a' && second <= 'z';
  }
  /* A number below 2^24, no cursor or one, once. */
  return command == MYSQL_EXECUTE && length >= 10 && !(b->second & 0xfeff) &&
         (b->second >> 16 & 0xffffffff) == 1;
}

/* What a length-encoded number takes; its value when it is of one byte or two. */
static __always_inline u64 mysql_number_bytes(u8 first) {
  return first < 0xfb ? 1 : first == 0xfc ? 3 : first == 0xfd ? 4 : 9;
}

/* Status of the server in "done": behind the number of rows and the last identity. */
static __always_inline u16 mysql_done_status(const struct scratch *s) {
  u64 at = MYSQL_HEAD_BYTES + 1;
  at += mysql_number_bytes(frame_byte(s, at));
  at += mysql_number_bytes(frame_byte(s, at & 31));
  return load16(frame_at(s, at & 31));
}

static __always_inline void mysql_failed(struct frame *frame, const struct scratch *s) {
  frame->kind |= FRAME_FAILS | FRAME_ENDS;
  frame->status = load16(frame_at(s, MYSQL_HEAD_BYTES + 1));
  /* "#" and five characters: SQLSTATE. */
  if (frame_byte(s, MYSQL_HEAD_BYTES + 3) == '#') {
    frame->code = load64(frame_at(s, MYSQL_HEAD_BYTES + 4)) & FIRST_BYTES(5);
  }
}

/* The client's answer to the greeting: what it wants the connection to be from here on. */
static __always_inline void mysql_login(struct exchange *x, const struct scratch *s, u64 length) {
  u32 can = load32(frame_at(s, MYSQL_HEAD_BYTES));
  if (x->requests || !frame_has(s, MYSQL_HEAD_BYTES + 4)) return;
  if (can & MYSQL_CAN_ENCRYPT && length == MYSQL_LOGIN_HEAD_BYTES) {
    x->record.ends.protocol = PROTOCOL_TLS;
  } else if (can & MYSQL_CAN_COMPRESS) {
    x->record.ends.protocol = PROTOCOL_OPAQUE;
  }
}

static __always_inline void mysql_request(struct exchange *x, struct scratch *s, u64 length, u8 seq) {
  struct frame *frame = &s->frame;
  u8 command = frame_byte(s, MYSQL_HEAD_BYTES);
  frame->text = s->window.position + MYSQL_HEAD_BYTES;
  if (seq) {
    /* Passwords, and files that the server asked for. */
    if (seq == 1) mysql_login(x, s, length);
    return;
  }
  if (!is_mysql_command(command)) {
    frame->kind = FRAME_UNKNOWN;
  } else if (command == MYSQL_BINLOG || command == MYSQL_BINLOG_BY_ID) {
    x->record.ends.protocol = PROTOCOL_OPAQUE;
  } else if (command != MYSQL_QUIT && command != MYSQL_CLOSE && command != MYSQL_LONG_DATA &&
             command != MYSQL_CHANGE_USER) {
    u8 *commands = (u8 *)&x->notes[2];
    commands[x->requests & (MYSQL_COMMANDS - 1)] = command;
    frame->kind = FRAME_ASKS;
  }
}

static __always_inline void mysql_next(struct exchange *x, struct frame *frame, u32 has_more) {
  x->notes[0] = has_more ? MYSQL_NEXT_RESULT : MYSQL_FIRST;
  if (!has_more) frame->kind |= FRAME_ENDS;
}

/* "Prepared": 4 bytes of its number, 2 of how many columns, 2 of how many parameters. */
static __always_inline void mysql_prepared(struct exchange *x, struct scratch *s) {
  x->notes[1] = load16(frame_at(s, MYSQL_HEAD_BYTES + 5)) + load16(frame_at(s, MYSQL_HEAD_BYTES + 7));
  x->notes[0] = x->notes[1] ? MYSQL_DEFINITIONS : MYSQL_FIRST;
  if (!x->notes[1]) s->frame.kind |= FRAME_ENDS;
}

/* The first packet of a result. */
static __always_inline void mysql_result(struct exchange *x, struct scratch *s, u64 length, u8 command) {
  u8 first = frame_byte(s, MYSQL_HEAD_BYTES);
  if (first == MYSQL_OK && command == MYSQL_PREPARE) {
    mysql_prepared(x, s);
  } else if (command == MYSQL_FETCH || command == MYSQL_FIELD_LIST) {
    x->notes[0] = MYSQL_ROWS;
  } else if (first == MYSQL_OK) {
    mysql_next(x, &s->frame, mysql_done_status(s) & MYSQL_MORE);
  } else if (first == MYSQL_FILE) {
    x->notes[0] = MYSQL_NEXT_RESULT;
  } else if (first == MYSQL_END || command == MYSQL_STATISTICS) {
    mysql_next(x, &s->frame, 0);
  } else {
    x->notes[1] = first == 0xfc ? load16(frame_at(s, MYSQL_HEAD_BYTES + 1)) : first;
    /* MariaDB: the client has the definitions of a prepared statement. */
    if (length == 2 && !frame_byte(s, MYSQL_HEAD_BYTES + 1)) x->notes[1] = 0;
    x->notes[0] = x->notes[1] ? MYSQL_COLUMNS : MYSQL_AFTER_COLUMNS;
  }
}

/* A packet among rows: a row, or their end. */
static __always_inline void mysql_row(struct exchange *x, struct scratch *s, u64 length) {
  u8 first = frame_byte(s, MYSQL_HEAD_BYTES);
  int was_columns = x->notes[0] == MYSQL_AFTER_COLUMNS;
  x->notes[0] = MYSQL_ROWS;
  s->frame.kind |= FRAME_IS_ROW;
  if (first != MYSQL_END || length == 0xffffff) return;
  u16 status = load16(frame_at(s, MYSQL_HEAD_BYTES + 3));
  if (was_columns && length == 5 && !(status & MYSQL_CURSOR)) return;
  mysql_next(x, &s->frame, status & MYSQL_MORE);
}

static __always_inline void mysql_answer(struct exchange *x, struct scratch *s, u64 length, u8 seq) {
  struct frame *frame = &s->frame;
  u8 first = frame_byte(s, MYSQL_HEAD_BYTES), *commands = (u8 *)&x->notes[2];
  u32 phase = x->notes[0];
  frame->text = s->window.position + MYSQL_HEAD_BYTES;
  if (phase == MYSQL_FIRST) {
    /* Greeting, login, and what is behind the end of an answer, have other numbers. */
    if (seq != 1) return;
    frame->kind = FRAME_ANSWERS;
  }
  if (first == MYSQL_ERROR && load16(frame_at(s, MYSQL_HEAD_BYTES + 1)) == MYSQL_PROGRESS) {
    frame->kind = FRAME_OTHER;
  } else if (first == MYSQL_ERROR) {
    x->notes[0] = MYSQL_FIRST;
    mysql_failed(frame, s);
  } else if (phase == MYSQL_FIRST || phase == MYSQL_NEXT_RESULT) {
    mysql_result(x, s, length, commands[x->answers & (MYSQL_COMMANDS - 1)]);
  } else if (phase == MYSQL_DEFINITIONS || phase == MYSQL_COLUMNS) {
    /* Between parameters and columns of an older server. */
    if (first == MYSQL_END && length == 5) return;
    if (--x->notes[1]) return;
    x->notes[0] = phase == MYSQL_COLUMNS ? MYSQL_AFTER_COLUMNS : MYSQL_FIRST;
    if (phase == MYSQL_DEFINITIONS) frame->kind |= FRAME_ENDS;
  } else {
    mysql_row(x, s, length);
  }
}

__noinline int mysql_frame(struct exchange *x, struct scratch *s, u32 is_request) {
  if (!x || !s) return 0;
  u32 head = load32(frame_at(s, 0));
  u64 length = head & 0xffffff;
  u8 seq = head >> 24;
  /* Of a head without anything behind it nothing is known yet. */
  u64 wanted = length < MYSQL_SEEN_BYTES ? length : MYSQL_SEEN_BYTES;
  if (!frame_has(s, MYSQL_HEAD_BYTES) || !frame_has(s, MYSQL_HEAD_BYTES + wanted)) return 0;
  s->frame.bytes = MYSQL_HEAD_BYTES + length;
  if (!length) return 0;
  if (is_request) {
    mysql_request(x, s, length, seq);
  } else {
    mysql_answer(x, s, length, seq);
  }
  return 0;
}

/* The end of rows at the end of a buffer, as servers write it of old, and as they do now. */
static __always_inline void mysql_end(struct exchange *x, struct frame *frame,
                                      const struct chunk *chunk) {
  u64 old[2] = {}, now[2] = {};
  if (chunk->vectors || !chunk->end || chunk->bytes < MYSQL_MODERN_END_BYTES) return;
  bpf_probe_read_user(old, MYSQL_OLD_END_BYTES, chunk->end - MYSQL_OLD_END_BYTES);
  bpf_probe_read_user(now, MYSQL_MODERN_END_BYTES, chunk->end - MYSQL_MODERN_END_BYTES);
  int is_old = (old[0] & 0xffffff) == 5 && (old[0] >> 32 & 0xff) == MYSQL_END;
  int is_now = (now[0] & 0xffffff) == 7 && (now[0] >> 32 & 0xffffff) == MYSQL_END;
  if (!is_old && !is_now) return;
  u16 status = is_old ? old[0] >> 56 | (old[1] & 0xff) << 8 : now[0] >> 56 | (now[1] & 0xff) << 8;
  if (status & MYSQL_MORE) return;
  x->notes[0] = MYSQL_FIRST;
  frame->kind = FRAME_ENDS;
}

#endif
