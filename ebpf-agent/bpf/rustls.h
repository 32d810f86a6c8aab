/*
 * rustls, by functions of its own that compilers leave whole: programs call none that would be there
 * by name. Its plaintext goes through
 *
 *   CommonState::take_received_plaintext(&mut self, Payload)       once decrypted, at once after its
 *                                                                  thread received from the socket
 *   CommonState::buffer_plaintext(&mut self, OutboundChunks, ..)   before it is encrypted; how much of
 *                                                                  it was taken is the result (0.23)
 *   CommonState::send_some_plaintext(&mut self, &[u8])             the same until 0.22
 *
 * Payload is the vector {room, address, length}, or a slice with a mark in place of the room.
 * OutboundChunks is {0, address, length} or {list of slices, how many, first byte, last byte}. Rust
 * promises neither; what does not look like it has no bytes.
 */
#ifndef SONDE_RUSTLS_H
#define SONDE_RUSTLS_H

#include "pieces.h"

/* What one record can hold. */
#define PAYLOAD_BYTES_MAX 16384

struct rust_words {
  u64 first;
  u64 second;
  u64 third;
  u64 fourth;
};

static __always_inline int is_address(u64 word) { return word >= 4096 && word < 1ull << 47; }

/* From where the payload stands to its bytes: how many. */
static __always_inline u64 read_payload(const char **buffer) {
  struct rust_words words = {};
  if (bpf_probe_read_user(&words, 3 * sizeof words.first, *buffer)) return 0;
  /* Compilers before 1.67 have the address first. */
  u64 at = is_address(words.second) ? words.second : words.first;
  if (!is_address(at) || words.third > PAYLOAD_BYTES_MAX) return 0;
  *buffer = (const char *)at;
  return words.third;
}

/* From where the chunks stand to their bytes, or to the list of pieces that they lie in. */
static __always_inline void read_chunks(const char **buffer, struct vectors *pieces) {
  struct rust_words words = {};
  if (bpf_probe_read_user(&words, sizeof words, *buffer)) return;
  if (!words.first) {
    *buffer = (const char *)words.second;
  } else if (!words.third) {
    *pieces = (struct vectors){.at = words.first, .count = words.second};
  }
}

#endif
