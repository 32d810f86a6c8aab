/*
 * Node-API addon over libdeflate: whole bodies of gzip and zlib, at once or on libuv's threads.
 *
 *   JavaScript thread                        thread of libuv
 *   -----------------                        ---------------
 *   pack(bytes), unpack(packed, room) -----> libdeflate reads `bytes`, writes memory of its own
 *   Buffer of the exact length <- copied --- or `room`, which JavaScript made
 *
 * What JavaScript gets is memory that V8 made and counts; what a thread makes is freed as soon as it
 * is copied. This file is the list of what JavaScript sees.
 */
#include <node_api.h>

#include "bodies.h"
#include "compressors.h"
#include "job.h"
#include "node-errors.h"

#ifndef SONDE_SOURCE_HASH
#define SONDE_SOURCE_HASH "unknown"
#endif

static bool read_pack(napi_env env, napi_callback_info info, struct job *job, napi_value *input) {
  size_t count = 3;
  napi_value arguments[3];
  void *bytes = NULL;
  int32_t format = -1, level = -1;
  job->kind = JOB_PACK;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 3 ||
      napi_get_buffer_info(env, arguments[0], &bytes, &job->input.length) != napi_ok ||
      napi_get_value_int32(env, arguments[1], &format) != napi_ok ||
      napi_get_value_int32(env, arguments[2], &level) != napi_ok ||
      (format != FORMAT_GZIP && format != FORMAT_ZLIB) || level < LEVEL_MIN || level > LEVEL_MAX) {
    throw_text(env, "pack(bytes, format, level)");
    return false;
  }
  *input = arguments[0];
  job->input.at = bytes;
  job->format = format;
  job->level = level;
  return true;
}

/* packHere(bytes, format, level): Buffer. */
static napi_value pack_here(napi_env env, napi_callback_info info) {
  struct job job = {0};
  napi_value input;
  if (!read_pack(env, info, &job, &input)) return NULL;
  run_job(&job);
  return answer_job(env, &job);
}

/* pack(bytes, format, level): Promise of a Buffer; `bytes` must not change until it settles. */
static napi_value pack(napi_env env, napi_callback_info info) {
  struct job job = {0};
  napi_value input;
  if (!read_pack(env, info, &job, &input)) return NULL;
  return start_job(env, &job, input, NULL);
}

static bool read_unpack(napi_env env, napi_callback_info info, struct job *job,
                        napi_value arguments[2]) {
  size_t count = 2;
  void *packed = NULL, *room = NULL;
  job->kind = JOB_UNPACK;
  if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 2 ||
      napi_get_buffer_info(env, arguments[0], &packed, &job->input.length) != napi_ok ||
      napi_get_buffer_info(env, arguments[1], &room, &job->room.length) != napi_ok) {
    throw_text(env, "unpack(packed, room)");
    return false;
  }
  job->input.at = packed;
  job->room.at = room;
  return true;
}

/* unpackHere(packed, room): whether `packed` is one member of gzip that made exactly the room. */
static napi_value unpack_here(napi_env env, napi_callback_info info) {
  struct job job = {0};
  napi_value arguments[2];
  if (!read_unpack(env, info, &job, arguments)) return NULL;
  run_job(&job);
  return answer_job(env, &job);
}

/* unpack(packed, room): Promise of the same; neither may be touched until it settles. */
static napi_value unpack(napi_env env, napi_callback_info info) {
  struct job job = {0};
  napi_value arguments[2];
  if (!read_unpack(env, info, &job, arguments)) return NULL;
  return start_job(env, &job, arguments[0], arguments[1]);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"packHere", NULL, pack_here, NULL, NULL, NULL, napi_enumerable, NULL},
      {"pack", NULL, pack, NULL, NULL, NULL, napi_enumerable, NULL},
      {"unpackHere", NULL, unpack_here, NULL, NULL, NULL, napi_enumerable, NULL},
      {"unpack", NULL, unpack, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value hash;
  TRY(napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions));
  TRY(napi_create_string_utf8(env, SONDE_SOURCE_HASH, NAPI_AUTO_LENGTH, &hash));
  TRY(napi_set_named_property(env, exports, "sourceHash", hash));
  return exports;
}
