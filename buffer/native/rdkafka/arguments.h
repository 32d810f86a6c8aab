/* Arguments of JavaScript as C has them. */
#ifndef SONDE_RDKAFKA_ARGUMENTS_H
#define SONDE_RDKAFKA_ARGUMENTS_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_BYTES_MAX 1024

/* Throws; returns NULL. */
napi_value fail(napi_env env, const char *code, const char *text);
/* False for what is no string or too long. */
bool read_text(napi_env env, napi_value value, char *text, size_t size);
/* A string of any length, to be freed; NULL for what is none. */
char *copy_text(napi_env env, napi_value value, size_t *length);
uint32_t array_length(napi_env env, napi_value array);
napi_value element(napi_env env, napi_value array, uint32_t index);
/* Bytes of a Uint8Array; false for anything else, which is "no bytes". */
bool read_bytes(napi_env env, napi_value value, void **bytes, size_t *length);

#endif
