#include "arguments.h"

#include <stdlib.h>
#include <string.h>

#include "node-errors.h"

/* Parameters of one statement; a statement that needs more should send a table. */
#define PARAMETERS_MAX 4096
#define CONNECT_ARGUMENTS_MAX 256

bool read_text(napi_env env, napi_value value, struct text *text) {
  bool is_buffer = false;
  if (napi_is_buffer(env, value, &is_buffer) != napi_ok) return false;
  if (is_buffer) {
    void *bytes;
    if (napi_get_buffer_info(env, value, &bytes, &text->length) != napi_ok) return false;
    text->bytes = malloc(text->length + 1);
    if (!text->bytes) return false;
    if (text->length > 0) memcpy(text->bytes, bytes, text->length);
    text->bytes[text->length] = 0;
    return true;
  }
  if (napi_get_value_string_utf8(env, value, NULL, 0, &text->length) != napi_ok) return false;
  text->bytes = malloc(text->length + 1);
  if (!text->bytes) return false;
  return napi_get_value_string_utf8(env, value, text->bytes, text->length + 1, &text->length) ==
         napi_ok;
}

/* Flat list: name, value, name, value, ... */
bool read_parameters(napi_env env, napi_value list, struct job *job) {
  uint32_t length = 0;
  if (napi_get_array_length(env, list, &length) != napi_ok) return false;
  if (length % 2 != 0 || length / 2 > PARAMETERS_MAX) return false;
  size_t count = length / 2;
  if (count == 0) return true;
  job->names = calloc(count, sizeof *job->names);
  job->values = calloc(count, sizeof *job->values);
  job->name_lengths = calloc(count, sizeof *job->name_lengths);
  job->value_lengths = calloc(count, sizeof *job->value_lengths);
  if (!job->names || !job->values || !job->name_lengths || !job->value_lengths) return false;
  job->parameter_count = count;
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    struct text text = {0};
    if (napi_get_element(env, list, i, &element) != napi_ok) return false;
    if (!read_text(env, element, &text)) {
      free_text(&text);
      return false;
    }
    if (i % 2 == 0) {
      job->names[i / 2] = text.bytes;
      job->name_lengths[i / 2] = text.length;
    } else {
      job->values[i / 2] = text.bytes;
      job->value_lengths[i / 2] = text.length;
    }
  }
  return true;
}

bool read_connect_arguments(napi_env env, napi_value list, struct connection *connection) {
  uint32_t length = 0;
  if (napi_get_array_length(env, list, &length) != napi_ok) return false;
  if (length > CONNECT_ARGUMENTS_MAX) return false;
  connection->arguments = calloc(length + 1, sizeof *connection->arguments);
  if (!connection->arguments) return false;
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    struct text text = {0};
    if (napi_get_element(env, list, i, &element) != napi_ok || !read_text(env, element, &text)) {
      free_text(&text);
      return false;
    }
    connection->arguments[i] = text.bytes;
    connection->argument_count++;
  }
  return true;
}

struct connection *read_connection(napi_env env, napi_value value) {
  void *pointer = NULL;
  if (napi_get_value_external(env, value, &pointer) != napi_ok || !pointer) {
    throw_text(env, "the first argument must be a connection");
    return NULL;
  }
  struct connection *connection = pointer;
  if (connection->ended) {
    throw_text(env, "the connection is closed");
    return NULL;
  }
  return connection;
}
