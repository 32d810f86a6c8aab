#include "log.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <string.h>

/* The verifier says what it refused at the end of its log: of a long one the end is kept. */
#define LOG_BYTES_MAX 16384
#define LINE_BYTES_MAX 65536

static char kept[LOG_BYTES_MAX];
static size_t kept_length;
static char line[LINE_BYTES_MAX];

void clear_log(void) { kept_length = 0; }

const char *kept_log(size_t *length) {
  *length = kept_length;
  return kept;
}

static void append(const char *text, size_t length) {
  if (length >= LOG_BYTES_MAX) {
    memcpy(kept, text + length - LOG_BYTES_MAX, LOG_BYTES_MAX);
    kept_length = LOG_BYTES_MAX;
    return;
  }
  if (kept_length + length > LOG_BYTES_MAX) {
    size_t drop = kept_length + length - LOG_BYTES_MAX;
    memmove(kept, kept + drop, kept_length - drop);
    kept_length -= drop;
  }
  memcpy(kept + kept_length, text, length);
  kept_length += length;
}

static int keep_line(enum libbpf_print_level level, const char *format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  int length = vsnprintf(line, sizeof line, format, arguments);
  if (length <= 0) return 0;
  append(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
  return length;
}

void take_log(void) { libbpf_set_print(keep_line); }
