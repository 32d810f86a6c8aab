/* Arguments from JavaScript, as C values of the callee's own. */
#ifndef SONDE_ARGUMENTS_H
#define SONDE_ARGUMENTS_H

#include <node_api.h>
#include <stdbool.h>

#include "connection.h"

/* A string in UTF-8 or the bytes of a Uint8Array, copied and ended with a zero. */
bool read_text(napi_env env, napi_value value, struct text *text);

/* A list of strings, name, value, name, value, into the job; false when malformed or too long. */
bool read_parameters(napi_env env, napi_value list, struct job *job);

/* A list of strings, the connection's command line. */
bool read_connect_arguments(napi_env env, napi_value list, struct connection *connection);

/* NULL with a pending exception when it is none, or closed. */
struct connection *read_connection(napi_env env, napi_value value);

#endif
