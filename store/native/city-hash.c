#include "city-hash.h"

#include <string.h>

#define K0 0xc3a5c85c97cb3127u
#define K1 0xb492b66fbe98f273u
#define K2 0x9ae16a3b2f90404fu
#define K3 0xc949d7c7509e6557u
#define PAIR_FACTOR 0x9ddfea08eb382d69u

/* Little-endian machines only, as libchdb itself. */
static uint64_t word64(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint32_t word32(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static uint64_t rotate_right(uint64_t word, unsigned by) {
  by &= 63;
  return by == 0 ? word : (word >> by) | (word << (64 - by));
}

static uint64_t fold(uint64_t word) {
  return word ^ (word >> 47);
}

static uint64_t mix_pair(uint64_t low, uint64_t high) {
  uint64_t first = fold((low ^ high) * PAIR_FACTOR);
  return fold((high ^ first) * PAIR_FACTOR) * PAIR_FACTOR;
}

/* At most 16 bytes. */
static uint64_t hash_short(const uint8_t *bytes, size_t length) {
  if (length > 8) {
    uint64_t last = word64(bytes + length - 8);
    return mix_pair(word64(bytes), rotate_right(last + length, (unsigned)length)) ^ last;
  }
  if (length >= 4) {
    uint64_t first = word32(bytes);
    return mix_pair(length + (first << 3), word32(bytes + length - 4));
  }
  if (length == 0) return K2;
  uint32_t ends = bytes[0] + ((uint32_t)bytes[length >> 1] << 8);
  uint32_t rest = (uint32_t)length + ((uint32_t)bytes[length - 1] << 2);
  return fold((ends * K2) ^ (rest * K3)) * K2;
}

/* 32 bytes into two words. */
static struct hash128 absorb32(const uint8_t *bytes, uint64_t a, uint64_t b) {
  uint64_t last = word64(bytes + 24);
  a += word64(bytes);
  b = rotate_right(b + a + last, 21);
  uint64_t start = a;
  a += word64(bytes + 8) + word64(bytes + 16);
  b += rotate_right(a, 44);
  return (struct hash128){a + last, b + start};
}

/* Less than 128 bytes. */
static struct hash128 hash_middle(const uint8_t *bytes, size_t length, struct hash128 seed) {
  uint64_t a = seed.low, b = seed.high, c, d;
  if (length <= 16) {
    a = fold(a * K1) * K1;
    c = b * K1 + hash_short(bytes, length);
    d = fold(a + (length >= 8 ? word64(bytes) : c));
  } else {
    c = mix_pair(word64(bytes + length - 8) + K1, a);
    d = mix_pair(b + length, c + word64(bytes + length - 16));
    a += d;
    for (size_t left = length - 16;; left -= 16, bytes += 16) {
      a = (a ^ (fold(word64(bytes) * K1) * K1)) * K1;
      b ^= a;
      c = (c ^ (fold(word64(bytes + 8) * K1) * K1)) * K1;
      d ^= c;
      if (left <= 16) break;
    }
  }
  a = mix_pair(a, c);
  b = mix_pair(d, b);
  return (struct hash128){a ^ b, mix_pair(b, a)};
}

struct state {
  struct hash128 v, w;
  uint64_t x, y, z;
};

static void absorb64(struct state *s, const uint8_t *bytes) {
  s->x = rotate_right(s->x + s->y + s->v.low + word64(bytes + 16), 37) * K1;
  s->y = rotate_right(s->y + s->v.high + word64(bytes + 48), 42) * K1;
  s->x ^= s->w.high;
  s->y ^= s->v.low;
  s->z = rotate_right(s->z ^ s->w.low, 33);
  s->v = absorb32(bytes, s->v.high * K1, s->x + s->w.low);
  s->w = absorb32(bytes + 32, s->z + s->w.high, s->y);
  uint64_t z = s->z;
  s->z = s->x;
  s->x = z;
}

/* The last bytes in steps of 32 from the end; the first step may reach back into what was read. */
static struct hash128 finish(struct state *s, const uint8_t *bytes, size_t left) {
  s->y += rotate_right(s->w.low, 37) * K0 + s->z;
  s->x += rotate_right(s->v.low + s->z, 49) * K0;
  for (size_t done = 0; done < left;) {
    done += 32;
    const uint8_t *at = bytes + left - done;
    s->y = rotate_right(s->y - s->x, 42) * K0 + s->v.high;
    s->w.low += word64(at + 16);
    s->x = rotate_right(s->x, 49) * K0 + s->w.low;
    s->w.low += s->v.low;
    s->v = absorb32(at, s->v.low, s->v.high);
  }
  uint64_t x = mix_pair(s->x, s->v.low);
  uint64_t y = mix_pair(s->y, s->w.low);
  return (struct hash128){mix_pair(x + s->v.high, s->w.high) + y,
                          mix_pair(x + s->w.high, y + s->v.high)};
}

static struct hash128 hash_seeded(const uint8_t *bytes, size_t length, struct hash128 seed) {
  if (length < 128) return hash_middle(bytes, length, seed);
  struct state s = {.x = seed.low, .y = seed.high, .z = length * K1};
  s.v.low = rotate_right(s.y ^ K1, 49) * K1 + word64(bytes);
  s.v.high = rotate_right(s.v.low, 42) * K1 + word64(bytes + 8);
  s.w.low = rotate_right(s.y + s.z, 35) * K1 + s.x;
  s.w.high = rotate_right(s.x + word64(bytes + 88), 53) * K1;
  size_t left = length;
  for (; left >= 128; left -= 128, bytes += 128) {
    absorb64(&s, bytes);
    absorb64(&s, bytes + 64);
  }
  return finish(&s, bytes, left);
}

struct hash128 city_hash_128(const uint8_t *bytes, size_t length) {
  if (length >= 16) {
    struct hash128 seed = {word64(bytes) ^ K3, word64(bytes + 8)};
    return hash_seeded(bytes + 16, length - 16, seed);
  }
  if (length >= 8) {
    struct hash128 seed = {word64(bytes) ^ (length * K0), word64(bytes + length - 8) ^ K1};
    return hash_seeded(bytes, 0, seed);
  }
  return hash_seeded(bytes, length, (struct hash128){K0, K1});
}
