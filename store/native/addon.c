/*
 * Node-API addon over the C interface of libchdb, the ClickHouse engine as a library.
 *
 *   JavaScript thread                      one thread per connection
 *   -----------------                      -------------------------
 *   open / query / fetch / append  --job-> queue --> libchdb call (blocks here, never in JavaScript)
 *   promise settles                <-job-- thread-safe function <-- result or error text
 *
 * Why not the stock binding: it sends insert data inside the SQL text, where a blank line ends the
 * data and the rest runs as SQL, and it occupies a libuv pool thread for each running statement.
 *
 * Rules that hold everywhere below:
 * - a connection runs one statement at a time, in the order its jobs were submitted;
 * - a job belongs to the connection's thread from `submit_job` until it comes back, then to
 *   JavaScript; nothing else is shared between the two but the queue, which has a lock;
 * - libchdb's result memory goes to JavaScript as an external buffer and is freed by its finalizer.
 *
 * This file is the list of what JavaScript sees; the layers below it, each a file:
 *   arguments, start-job, open-connection   JavaScript values into jobs
 *   job, connection                         the queue and the thread
 *   run-job, chdb-library                   the calls of libchdb
 *   job-answer                              results into JavaScript values
 *   lock-file, city-hash                    what needs no engine
 */
#include <node_api.h>

#include "arguments.h"
#include "chdb-library.h"
#include "city-hash.h"
#include "lock-file.h"
#include "node-errors.h"
#include "open-connection.h"
#include "start-job.h"

#ifndef SONDE_SOURCE_HASH
#define SONDE_SOURCE_HASH "unknown"
#endif

/* load(path): loads libchdb once; a second call is a no-op. */
static napi_value load_library(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1];
  struct text path = {0};
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  if (!read_text(env, arguments[0], &path)) {
    free_text(&path);
    throw_text(env, "the path of libchdb.so must be a string");
    return NULL;
  }
  const char *error = load_chdb(path.bytes);
  free_text(&path);
  if (error) throw_text(env, "%s", error);
  return NULL;
}

static napi_value library_version(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value text;
  if (!chdb.handle) {
    throw_text(env, "the engine is not loaded");
    return NULL;
  }
  TRY(napi_create_string_utf8(env, chdb.version(), NAPI_AUTO_LENGTH, &text));
  return text;
}

static napi_value query(napi_env env, napi_callback_info info) {
  return start_statement(env, info, JOB_QUERY);
}

static napi_value stream_open(napi_env env, napi_callback_info info) {
  return start_statement(env, info, JOB_STREAM_OPEN);
}

static napi_value stream_fetch(napi_env env, napi_callback_info info) {
  return start_step(env, info, JOB_STREAM_FETCH);
}

static napi_value stream_cancel(napi_env env, napi_callback_info info) {
  return start_step(env, info, JOB_STREAM_CANCEL);
}

static napi_value insert_open(napi_env env, napi_callback_info info) {
  return start_statement(env, info, JOB_INSERT_OPEN);
}

/* insertAppend(connection, chunk): the chunk must not change until the promise settles. */
static napi_value insert_append(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  struct connection *connection = read_connection(env, arguments[0]);
  if (!connection) return NULL;
  struct job *job = new_job(env, JOB_INSERT_APPEND);
  if (!job) return NULL;
  void *bytes = NULL;
  if (napi_get_buffer_info(env, arguments[1], &bytes, &job->chunk_length) != napi_ok ||
      napi_create_reference(env, arguments[1], 1, &job->kept) != napi_ok) {
    free_job(job);
    throw_text(env, "the chunk must be a Uint8Array");
    return NULL;
  }
  job->chunk = bytes;
  return start_job(env, connection, job);
}

static napi_value insert_done(napi_env env, napi_callback_info info) {
  return start_step(env, info, JOB_INSERT_DONE);
}

static napi_value insert_cancel(napi_env env, napi_callback_info info) {
  return start_step(env, info, JOB_INSERT_CANCEL);
}

/* classify(connection, sql): parses, runs nothing. */
static napi_value classify(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value arguments[2];
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  struct connection *connection = read_connection(env, arguments[0]);
  if (!connection) return NULL;
  struct job *job = new_job(env, JOB_CLASSIFY);
  if (!job) return NULL;
  if (!read_text(env, arguments[1], &job->sql)) {
    free_job(job);
    throw_text(env, "the statement must be a string or bytes");
    return NULL;
  }
  return start_job(env, connection, job);
}

/* blockChecksum(bytes): Buffer, the 16 bytes before a compressed block of ClickHouse's own framing. */
static napi_value block_checksum(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value arguments[1], buffer;
  void *bytes = NULL;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  TRY(napi_get_buffer_info(env, arguments[0], &bytes, &length));
  struct hash128 hash = city_hash_128(bytes, length);
  TRY(napi_create_buffer_copy(env, sizeof hash, &hash, NULL, &buffer));
  return buffer;
}

/* close(connection): Promise. Ends what is open on it; the last one shuts the engine down. */
static napi_value close_connection(napi_env env, napi_callback_info info) {
  return start_step(env, info, JOB_CLOSE);
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"load", NULL, load_library, NULL, NULL, NULL, napi_enumerable, NULL},
      {"version", NULL, library_version, NULL, NULL, NULL, napi_enumerable, NULL},
      {"open", NULL, open_connection, NULL, NULL, NULL, napi_enumerable, NULL},
      {"query", NULL, query, NULL, NULL, NULL, napi_enumerable, NULL},
      {"streamOpen", NULL, stream_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"streamFetch", NULL, stream_fetch, NULL, NULL, NULL, napi_enumerable, NULL},
      {"streamCancel", NULL, stream_cancel, NULL, NULL, NULL, napi_enumerable, NULL},
      {"insertOpen", NULL, insert_open, NULL, NULL, NULL, napi_enumerable, NULL},
      {"insertAppend", NULL, insert_append, NULL, NULL, NULL, napi_enumerable, NULL},
      {"insertDone", NULL, insert_done, NULL, NULL, NULL, napi_enumerable, NULL},
      {"insertCancel", NULL, insert_cancel, NULL, NULL, NULL, napi_enumerable, NULL},
      {"classify", NULL, classify, NULL, NULL, NULL, napi_enumerable, NULL},
      {"close", NULL, close_connection, NULL, NULL, NULL, napi_enumerable, NULL},
      {"blockChecksum", NULL, block_checksum, NULL, NULL, NULL, napi_enumerable, NULL},
      {"lock", NULL, lock_file, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value hash;
  TRY(napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions));
  TRY(napi_create_string_utf8(env, SONDE_SOURCE_HASH, NAPI_AUTO_LENGTH, &hash));
  TRY(napi_set_named_property(env, exports, "sourceHash", hash));
  return exports;
}
