#include "node-errors.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

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

void throw_last_error(napi_env env) {
  const napi_extended_error_info *info = NULL;
  const char *text = "Node-API call failed";
  if (napi_get_last_error_info(env, &info) == napi_ok && info->error_message) {
    text = info->error_message;
  }
  throw_text(env, "%s", text);
}
