/* Arguments from JavaScript as C values, and failures as exceptions; JavaScript thread only. */
#ifndef SONDE_NODE_VALUES_H
#define SONDE_NODE_VALUES_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_BYTES_MAX 256
#define PATH_BYTES_MAX 4096

/* Bytes that JavaScript owns; valid during the call alone. */
struct bytes {
  uint8_t *at;
  size_t length;
};

/* Throws an Error with this text, unless an exception is pending already. */
void throw_text(napi_env env, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Throws an Error "<what>: <text of the error number>" whose `code` is the number's name (EPERM) and
 * whose `log` is what libbpf and the kernel's verifier wrote about it.
 */
void throw_kernel_error(napi_env env, const char *what, int error);

/* Leaves the function with a pending exception when a Node-API call fails. */
#define TRY(call)                                 \
  do {                                            \
    if ((call) != napi_ok) {                      \
      throw_text(env, "a Node-API call failed");  \
      return NULL;                                \
    }                                             \
  } while (0)

/* Each throws and answers false when the value is none of its kind, or too long. */
bool read_text(napi_env env, napi_value value, char *into, size_t size);
bool read_bytes(napi_env env, napi_value value, struct bytes *into);
bool read_integer(napi_env env, napi_value value, int64_t *into);

/* Reads exactly `count` arguments. */
bool read_arguments(napi_env env, napi_callback_info info, napi_value *into, size_t count);

#endif
