/* The checksum of ClickHouse's compressed blocks: CityHash128 as of release 1.0.2, kept for ever. */
#ifndef SONDE_CITY_HASH_H
#define SONDE_CITY_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash128 {
  uint64_t low;
  uint64_t high;
};

struct hash128 city_hash_128(const uint8_t *bytes, size_t length);

#endif
