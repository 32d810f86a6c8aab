#include "node-values.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

#define ERROR_TEXT_BYTES_MAX 512

void throw_text(napi_env env, const char *format, ...) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || pending) return;
  char text[ERROR_TEXT_BYTES_MAX];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  napi_throw_error(env, NULL, text);
}

void throw_kernel_error(napi_env env, const char *what, int error) {
  char text[ERROR_TEXT_BYTES_MAX];
  int number = error < 0 ? -error : error;
  const char *name = strerrorname_np(number);
  snprintf(text, sizeof text, "%s: %s", what, strerrordesc_np(number) ?: "unknown error");
  napi_value code, message, exception, log;
  size_t log_length = 0;
  const char *log_text = kept_log(&log_length);
  if (napi_create_string_utf8(env, name ?: "EUNKNOWN", NAPI_AUTO_LENGTH, &code) != napi_ok ||
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message) != napi_ok ||
      napi_create_error(env, code, message, &exception) != napi_ok ||
      napi_create_string_latin1(env, log_text, log_length, &log) != napi_ok ||
      napi_set_named_property(env, exception, "log", log) != napi_ok ||
      napi_throw(env, exception) != napi_ok) {
    throw_text(env, "%s", text);
  }
}

bool read_text(napi_env env, napi_value value, char *into, size_t size) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) {
    throw_text(env, "an argument must be a string");
    return false;
  }
  if (length >= size) {
    throw_text(env, "a text of %zu bytes is longer than %zu", length, size - 1);
    return false;
  }
  return napi_get_value_string_utf8(env, value, into, size, &length) == napi_ok;
}

bool read_bytes(napi_env env, napi_value value, struct bytes *into) {
  void *at = NULL;
  if (napi_get_buffer_info(env, value, &at, &into->length) != napi_ok) {
    throw_text(env, "an argument must be a Uint8Array");
    return false;
  }
  into->at = at;
  return true;
}

bool read_integer(napi_env env, napi_value value, int64_t *into) {
  if (napi_get_value_int64(env, value, into) == napi_ok) return true;
  throw_text(env, "an argument must be a number");
  return false;
}

bool read_arguments(napi_env env, napi_callback_info info, napi_value *into, size_t count) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, into, NULL, NULL) == napi_ok && given == count) {
    return true;
  }
  throw_text(env, "%zu arguments are needed", count);
  return false;
}
