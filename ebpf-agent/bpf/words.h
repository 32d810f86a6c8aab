/* Text compared eight bytes at a time. Little-endian hosts alone. */
#ifndef SONDE_WORDS_H
#define SONDE_WORDS_H

/* Eight bytes as text, in the order of memory. */
#define TEXT8(a, b, c, d, e, f, g, h)                                                       \
  ((u64)(a) | (u64)(b) << 8 | (u64)(c) << 16 | (u64)(d) << 24 | (u64)(e) << 32 |            \
   (u64)(f) << 40 | (u64)(g) << 48 | (u64)(h) << 56)
#define FIRST_BYTES(count) (~0ull >> (64 - 8 * (count)))

/* To find a byte in a word. */
#define LOW_7_BITS 0x7f7f7f7f7f7f7f7full
#define ONES 0x0101010101010101ull

#define BEGINS(word, count, ...) (((word)&FIRST_BYTES(count)) == TEXT8(__VA_ARGS__))

#endif
