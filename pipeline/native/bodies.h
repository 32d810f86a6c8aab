/* Whole bodies packed and unpacked, on any thread, without Node. */
#ifndef SONDE_BODIES_H
#define SONDE_BODIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As `pipeline/src/packing/deflate-addon.ts` numbers them. */
enum format {
  FORMAT_GZIP = 0,
  FORMAT_ZLIB = 1,
};

struct bytes {
  const uint8_t *at;
  size_t length;
};

/* A body as its receiver knows it; `at` is NULL where memory was short, else `free` takes it. */
struct packed_body {
  uint8_t *at;
  size_t length;
};

struct packed_body pack_body(struct bytes plain, enum format format, int level);

/*
 * Unpacks a gzip body of one member that makes exactly `room` bytes and is over at its end. False
 * where it is anything else, corrupt, cut, several members or of a header with a checksum, which
 * libdeflate does not check: the room is then filled with anything.
 */
bool unpack_member(struct bytes packed, uint8_t *at, size_t room);

#endif
