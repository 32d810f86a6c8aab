#include "node-errors.h"

#include <stdbool.h>

void throw_text(napi_env env, const char *text) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || pending) return;
  napi_throw_error(env, NULL, text);
}

void throw_last_error(napi_env env) {
  const napi_extended_error_info *info = NULL;
  const char *text = "Node-API call failed";
  if (napi_get_last_error_info(env, &info) == napi_ok && info->error_message) {
    text = info->error_message;
  }
  throw_text(env, text);
}
