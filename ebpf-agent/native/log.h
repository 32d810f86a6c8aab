/* What libbpf and the verifier say, kept for the exception of the call that failed. */
#ifndef SONDE_LOG_H
#define SONDE_LOG_H

#include <stddef.h>

/* Forgets what was kept; the beginning of every call into libbpf. */
void clear_log(void);

/* The last LOG_BYTES_MAX bytes at the most; not ended with a zero. */
const char *kept_log(size_t *length);

/* Makes libbpf write here and nowhere else. */
void take_log(void);

#endif
