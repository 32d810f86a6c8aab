#include "bodies.h"

#include <libdeflate.h>
#include <stdlib.h>

#include "compressors.h"

/* RFC 1952, 2.3.1. */
#define GZIP_FLAGS_AT 3
#define GZIP_FLAG_HEADER_CRC 0x02

static size_t bound_of(struct bytes plain, enum format format) {
  return format == FORMAT_GZIP ? libdeflate_gzip_compress_bound(NULL, plain.length)
                               : libdeflate_zlib_compress_bound(NULL, plain.length);
}

struct packed_body pack_body(struct bytes plain, enum format format, int level) {
  struct packed_body packed = {NULL, 0};
  struct libdeflate_compressor *compressor = borrow_compressor(level);
  if (!compressor) return packed;
  size_t room = bound_of(plain, format);
  /* No page of what is not written to is ever there. */
  packed.at = malloc(room);
  if (packed.at) {
    packed.length =
        format == FORMAT_GZIP
            ? libdeflate_gzip_compress(compressor, plain.at, plain.length, packed.at, room)
            : libdeflate_zlib_compress(compressor, plain.at, plain.length, packed.at, room);
  }
  give_compressor_back(level, compressor);
  return packed;
}

bool unpack_member(struct bytes packed, uint8_t *at, size_t room) {
  size_t read = 0;
  if (packed.length <= GZIP_FLAGS_AT || packed.at[GZIP_FLAGS_AT] & GZIP_FLAG_HEADER_CRC) {
    return false;
  }
  struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
  if (!decompressor) return false;
  /* Without a place for the length it makes all of the room or fails. */
  enum libdeflate_result result = libdeflate_gzip_decompress_ex(
      decompressor, packed.at, packed.length, at, room, &read, NULL);
  libdeflate_free_decompressor(decompressor);
  return result == LIBDEFLATE_SUCCESS && read == packed.length;
}
