/* Failures on the JavaScript thread, as exceptions. */
#ifndef SONDE_NODE_ERRORS_H
#define SONDE_NODE_ERRORS_H

#include <node_api.h>

/* Throws an Error with this text, unless an exception is pending already. */
void throw_text(napi_env env, const char *text);

/* Throws what the last Node-API call said. */
void throw_last_error(napi_env env);

/* Leaves the function with a pending exception when a Node-API call fails. */
#define TRY(call)                  \
  do {                             \
    if ((call) != napi_ok) {       \
      throw_last_error(env);       \
      return NULL;                 \
    }                              \
  } while (0)

#endif
