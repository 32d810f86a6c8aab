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
 * - libchdb's result memory is handed to JavaScript as an external buffer and freed by its finalizer.
 *
 * Source of the declarations: chdb-core, programs/local/chdb.h, 26.7.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#ifndef SONDE_SOURCE_HASH
#define SONDE_SOURCE_HASH "unknown"
#endif

/* The engine parses and plans on the calling thread; its own threads have 8 MiB as well. */
#define WORKER_STACK_BYTES (8u << 20)
#define FORMAT_NAME_BYTES_MAX 64
#define ERROR_TEXT_BYTES_MAX 512
/* Parameters of one statement; a statement that needs more should send a table. */
#define PARAMETERS_MAX 4096
#define CONNECT_ARGUMENTS_MAX 256

/* ---- The C interface of libchdb ------------------------------------------------------------- */

typedef struct chdb_result_ chdb_result;
typedef struct chdb_connection_ *chdb_connection;
typedef struct chdb_insert_stream_ *chdb_insert_stream;

typedef struct {
  uint32_t struct_size;
  uint32_t statement_count;
  uint32_t flags;
  uint32_t query_class;
} chdb_query_analysis;

static struct {
  void *handle;
  const char *(*version)(void);
  void (*set_signal_handlers_enabled)(int enabled);
  chdb_connection *(*connect)(int argc, char **argv);
  void (*close_conn)(chdb_connection *connection);
  chdb_result *(*query)(chdb_connection, const char *sql, size_t sql_length, const char *format,
                        size_t format_length, const char *const *names, const size_t *name_lengths,
                        const char *const *values, const size_t *value_lengths, size_t count);
  chdb_result *(*stream_query)(chdb_connection, const char *sql, size_t sql_length,
                               const char *format, size_t format_length, const char *const *names,
                               const size_t *name_lengths, const char *const *values,
                               const size_t *value_lengths, size_t count);
  chdb_result *(*stream_fetch)(chdb_connection, chdb_result *stream);
  void (*stream_cancel)(chdb_connection, chdb_result *stream);
  void (*destroy_result)(chdb_result *);
  chdb_insert_stream (*insert_open)(chdb_connection, const char *sql, size_t sql_length,
                                    const char *format, size_t format_length,
                                    const char *const *names, const size_t *name_lengths,
                                    const char *const *values, const size_t *value_lengths,
                                    size_t count);
  int (*insert_append)(chdb_insert_stream, const void *data, size_t length);
  chdb_result *(*insert_done)(chdb_insert_stream);
  void (*insert_cancel)(chdb_insert_stream);
  const char *(*insert_error)(chdb_insert_stream);
  void (*insert_destroy)(chdb_insert_stream);
  char *(*result_buffer)(chdb_result *);
  size_t (*result_length)(chdb_result *);
  double (*result_elapsed)(chdb_result *);
  uint64_t (*result_rows)(chdb_result *);
  uint64_t (*result_bytes)(chdb_result *);
  uint64_t (*result_rows_read)(chdb_result *);
  uint64_t (*result_bytes_read)(chdb_result *);
  uint64_t (*result_rows_written)(chdb_result *);
  uint64_t (*result_bytes_written)(chdb_result *);
  const char *(*result_error)(chdb_result *);
  int (*classify)(chdb_connection, const char *sql, size_t sql_length, const char *database,
                  size_t database_length, chdb_query_analysis *analysis);
} chdb;

static const struct {
  const char *name;
  void *slot;
} chdb_symbols[] = {
    {"chdb_version", &chdb.version},
    {"chdb_set_signal_handlers_enabled", &chdb.set_signal_handlers_enabled},
    {"chdb_connect", &chdb.connect},
    {"chdb_close_conn", &chdb.close_conn},
    {"chdb_query_with_params_n", &chdb.query},
    {"chdb_stream_query_with_params_n", &chdb.stream_query},
    {"chdb_stream_fetch_result", &chdb.stream_fetch},
    {"chdb_stream_cancel_query", &chdb.stream_cancel},
    {"chdb_destroy_query_result", &chdb.destroy_result},
    {"chdb_stream_insert_with_params_n", &chdb.insert_open},
    {"chdb_stream_append", &chdb.insert_append},
    {"chdb_stream_done", &chdb.insert_done},
    {"chdb_stream_cancel_insert", &chdb.insert_cancel},
    {"chdb_stream_insert_error", &chdb.insert_error},
    {"chdb_destroy_insert_stream", &chdb.insert_destroy},
    {"chdb_result_buffer", &chdb.result_buffer},
    {"chdb_result_length", &chdb.result_length},
    {"chdb_result_elapsed", &chdb.result_elapsed},
    {"chdb_result_rows_read", &chdb.result_rows},
    {"chdb_result_bytes_read", &chdb.result_bytes},
    {"chdb_result_storage_rows_read", &chdb.result_rows_read},
    {"chdb_result_storage_bytes_read", &chdb.result_bytes_read},
    {"chdb_result_rows_written", &chdb.result_rows_written},
    {"chdb_result_bytes_written", &chdb.result_bytes_written},
    {"chdb_result_error", &chdb.result_error},
    {"chdb_classify_query_n", &chdb.classify},
};

/* Opening and closing start and stop the engine itself: one at a time in the process. */
static pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- Jobs and connections ------------------------------------------------------------------- */

enum job_kind {
  JOB_OPEN,
  JOB_QUERY,
  JOB_STREAM_OPEN,
  JOB_STREAM_FETCH,
  JOB_STREAM_CANCEL,
  JOB_INSERT_OPEN,
  JOB_INSERT_APPEND,
  JOB_INSERT_DONE,
  JOB_INSERT_CANCEL,
  JOB_CLASSIFY,
  JOB_CLOSE,
};

struct text {
  char *bytes;
  size_t length;
};

struct job {
  enum job_kind kind;
  struct job *next;
  napi_deferred deferred;

  /* In: SQL, format and parameters are copies; `chunk` points into the buffer `kept` keeps alive. */
  struct text sql;
  struct text format;
  size_t parameter_count;
  char **names;
  size_t *name_lengths;
  char **values;
  size_t *value_lengths;
  const void *chunk;
  size_t chunk_length;
  napi_ref kept;

  /* Out: `error` (owned) or one of the others. */
  char *error;
  chdb_result *result;
  chdb_query_analysis analysis;
};

struct connection {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct job *first;
  struct job *last;
  napi_threadsafe_function deliver;
  char **arguments;
  int argument_count;

  /* Owned by the connection's thread. */
  chdb_connection *engine;
  chdb_result *stream;
  chdb_insert_stream insert;

  /* Owned by the JavaScript thread: no further job is taken once `ended`. */
  bool ended;
  bool thread_joined;
  bool collected;
};

static void free_text(struct text *text) {
  free(text->bytes);
  text->bytes = NULL;
  text->length = 0;
}

static void free_job(struct job *job) {
  free_text(&job->sql);
  free_text(&job->format);
  for (size_t i = 0; i < job->parameter_count; i++) {
    if (job->names) free(job->names[i]);
    if (job->values) free(job->values[i]);
  }
  free(job->names);
  free(job->name_lengths);
  free(job->values);
  free(job->value_lengths);
  free(job->error);
  if (job->result) chdb.destroy_result(job->result);
  free(job);
}

static void free_arguments(struct connection *connection) {
  for (int i = 0; i < connection->argument_count; i++) free(connection->arguments[i]);
  free(connection->arguments);
  connection->arguments = NULL;
  connection->argument_count = 0;
}

/* The struct goes when its thread is gone and JavaScript holds it no more, whichever is later. */
static void free_connection_if_unused(struct connection *connection) {
  if (!connection->thread_joined || !connection->collected) return;
  pthread_mutex_destroy(&connection->lock);
  pthread_cond_destroy(&connection->wake);
  free_arguments(connection);
  free(connection);
}

/* ---- On the connection's thread ------------------------------------------------------------- */

static void fail_job(struct job *job, const char *text) {
  if (job->error) return;
  job->error = strdup(text ? text : "the engine failed without a text");
}

/* Takes the error text out of `result`, or keeps the result as the job's answer. */
static void take_result(struct job *job, chdb_result *result) {
  if (!result) {
    fail_job(job, "the engine returned no result");
    return;
  }
  const char *error = chdb.result_error(result);
  if (!error) {
    job->result = result;
    return;
  }
  fail_job(job, error);
  chdb.destroy_result(result);
}

static void run_open(struct connection *connection, struct job *job) {
  pthread_mutex_lock(&engine_lock);
  connection->engine = chdb.connect(connection->argument_count, connection->arguments);
  pthread_mutex_unlock(&engine_lock);
  if (!connection->engine) fail_job(job, "the engine refused the connection");
}

static void end_stream(struct connection *connection) {
  if (!connection->stream) return;
  chdb.stream_cancel(*connection->engine, connection->stream);
  chdb.destroy_result(connection->stream);
  connection->stream = NULL;
}

static void end_insert(struct connection *connection) {
  if (!connection->insert) return;
  chdb.insert_cancel(connection->insert);
  chdb.insert_destroy(connection->insert);
  connection->insert = NULL;
}

static void run_close(struct connection *connection) {
  if (!connection->engine) return;
  end_stream(connection);
  end_insert(connection);
  pthread_mutex_lock(&engine_lock);
  chdb.close_conn(connection->engine);
  pthread_mutex_unlock(&engine_lock);
  connection->engine = NULL;
}

static void run_query(struct connection *connection, struct job *job) {
  take_result(job, chdb.query(*connection->engine, job->sql.bytes, job->sql.length,
                              job->format.bytes, job->format.length,
                              (const char *const *)job->names, job->name_lengths,
                              (const char *const *)job->values, job->value_lengths,
                              job->parameter_count));
}

static void run_stream_open(struct connection *connection, struct job *job) {
  chdb_result *stream = chdb.stream_query(
      *connection->engine, job->sql.bytes, job->sql.length, job->format.bytes, job->format.length,
      (const char *const *)job->names, job->name_lengths, (const char *const *)job->values,
      job->value_lengths, job->parameter_count);
  if (!stream) {
    fail_job(job, "the engine returned no stream");
    return;
  }
  const char *error = chdb.result_error(stream);
  if (error) {
    fail_job(job, error);
    chdb.destroy_result(stream);
    return;
  }
  connection->stream = stream;
}

static void run_stream_fetch(struct connection *connection, struct job *job) {
  if (!connection->stream) {
    fail_job(job, "no query stream is open");
    return;
  }
  take_result(job, chdb.stream_fetch(*connection->engine, connection->stream));
}

static void run_insert_open(struct connection *connection, struct job *job) {
  chdb_insert_stream insert = chdb.insert_open(
      *connection->engine, job->sql.bytes, job->sql.length, job->format.bytes, job->format.length,
      (const char *const *)job->names, job->name_lengths, (const char *const *)job->values,
      job->value_lengths, job->parameter_count);
  if (!insert) {
    fail_job(job, "the engine returned no insert stream");
    return;
  }
  const char *error = chdb.insert_error(insert);
  if (error) {
    fail_job(job, error);
    chdb.insert_destroy(insert);
    return;
  }
  connection->insert = insert;
}

static void run_insert_append(struct connection *connection, struct job *job) {
  if (!connection->insert) {
    fail_job(job, "no insert is open");
    return;
  }
  if (chdb.insert_append(connection->insert, job->chunk, job->chunk_length) == 0) return;
  const char *error = chdb.insert_error(connection->insert);
  fail_job(job, error ? error : "the engine took no more data");
  end_insert(connection);
}

static void run_insert_done(struct connection *connection, struct job *job) {
  if (!connection->insert) {
    fail_job(job, "no insert is open");
    return;
  }
  take_result(job, chdb.insert_done(connection->insert));
  chdb.insert_destroy(connection->insert);
  connection->insert = NULL;
}

static void run_classify(struct connection *connection, struct job *job) {
  job->analysis.struct_size = sizeof job->analysis;
  int state = chdb.classify(*connection->engine, job->sql.bytes, job->sql.length, NULL, 0,
                            &job->analysis);
  if (state != 0) fail_job(job, "the engine could not classify the statement");
}

/* A second statement while a stream is open would break the first: refused here, in words. */
static bool starts_statement(enum job_kind kind) {
  return kind == JOB_QUERY || kind == JOB_STREAM_OPEN || kind == JOB_INSERT_OPEN;
}

static void run_job(struct connection *connection, struct job *job) {
  if (job->kind == JOB_OPEN) return run_open(connection, job);
  if (job->kind == JOB_CLOSE) return run_close(connection);
  if (!connection->engine) return fail_job(job, "the connection is not open");
  if (starts_statement(job->kind) && (connection->stream || connection->insert)) {
    return fail_job(job, "a statement is still open on this connection");
  }
  switch (job->kind) {
    case JOB_QUERY: return run_query(connection, job);
    case JOB_STREAM_OPEN: return run_stream_open(connection, job);
    case JOB_STREAM_FETCH: return run_stream_fetch(connection, job);
    case JOB_STREAM_CANCEL: return end_stream(connection);
    case JOB_INSERT_OPEN: return run_insert_open(connection, job);
    case JOB_INSERT_APPEND: return run_insert_append(connection, job);
    case JOB_INSERT_DONE: return run_insert_done(connection, job);
    case JOB_INSERT_CANCEL: return end_insert(connection);
    case JOB_CLASSIFY: return run_classify(connection, job);
    default: return fail_job(job, "unknown job");
  }
}

static struct job *take_job(struct connection *connection) {
  pthread_mutex_lock(&connection->lock);
  while (!connection->first) pthread_cond_wait(&connection->wake, &connection->lock);
  struct job *job = connection->first;
  connection->first = job->next;
  if (!connection->first) connection->last = NULL;
  pthread_mutex_unlock(&connection->lock);
  return job;
}

static void *connection_main(void *argument) {
  struct connection *connection = argument;
  pthread_setname_np(pthread_self(), "sonde-store");
  bool last = false;
  while (!last) {
    struct job *job = take_job(connection);
    run_job(connection, job);
    /* `deliver` joins this thread after these two, so nothing may follow them. */
    last = job->kind == JOB_CLOSE || (job->kind == JOB_OPEN && job->error);
    /* Fails only when the environment is being torn down; nobody waits for the job then. */
    if (napi_call_threadsafe_function(connection->deliver, job, napi_tsfn_blocking) != napi_ok) {
      free_job(job);
    }
  }
  return NULL;
}

/* ---- Back on the JavaScript thread ---------------------------------------------------------- */

static void throw_text(napi_env env, const char *format, ...) {
  bool pending = false;
  if (napi_is_exception_pending(env, &pending) != napi_ok || pending) return;
  char text[ERROR_TEXT_BYTES_MAX];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  napi_throw_error(env, NULL, text);
}

static void throw_last_error(napi_env env) {
  const napi_extended_error_info *info = NULL;
  const char *text = "Node-API call failed";
  if (napi_get_last_error_info(env, &info) == napi_ok && info->error_message) {
    text = info->error_message;
  }
  throw_text(env, "%s", text);
}

/* Leaves the function with a pending exception when a Node-API call fails. */
#define TRY(call)                  \
  do {                             \
    if ((call) != napi_ok) {       \
      throw_last_error(env);       \
      return NULL;                 \
    }                              \
  } while (0)

static void finalize_result(napi_env env, void *data, void *hint) {
  (void)env;
  (void)data;
  chdb.destroy_result(hint);
}

static napi_value set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;
  TRY(napi_create_double(env, number, &value));
  TRY(napi_set_named_property(env, object, name, value));
  return object;
}

/* Moves the result's memory into a buffer; afterwards the job owns no result. */
static napi_value result_data(napi_env env, struct job *job) {
  napi_value buffer;
  size_t length = chdb.result_length(job->result);
  if (length == 0) {
    void *unused;
    TRY(napi_create_buffer(env, 0, &unused, &buffer));
    return buffer;
  }
  TRY(napi_create_external_buffer(env, length, chdb.result_buffer(job->result), finalize_result,
                                  job->result, &buffer));
  job->result = NULL;
  return buffer;
}

static napi_value result_object(napi_env env, struct job *job) {
  napi_value object, data;
  TRY(napi_create_object(env, &object));
  const struct {
    const char *name;
    double value;
  } statistics[] = {
      {"resultRows", (double)chdb.result_rows(job->result)},
      {"resultBytes", (double)chdb.result_bytes(job->result)},
      {"readRows", (double)chdb.result_rows_read(job->result)},
      {"readBytes", (double)chdb.result_bytes_read(job->result)},
      {"writtenRows", (double)chdb.result_rows_written(job->result)},
      {"writtenBytes", (double)chdb.result_bytes_written(job->result)},
      {"elapsedSeconds", chdb.result_elapsed(job->result)},
  };
  for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++) {
    if (!set_number(env, object, statistics[i].name, statistics[i].value)) return NULL;
  }
  data = result_data(env, job);
  if (!data) return NULL;
  TRY(napi_set_named_property(env, object, "data", data));
  return object;
}

static napi_value analysis_object(napi_env env, const chdb_query_analysis *analysis) {
  napi_value object;
  TRY(napi_create_object(env, &object));
  if (!set_number(env, object, "queryClass", analysis->query_class)) return NULL;
  if (!set_number(env, object, "statementCount", analysis->statement_count)) return NULL;
  if (!set_number(env, object, "flags", analysis->flags)) return NULL;
  return object;
}

static napi_value job_answer(napi_env env, struct job *job) {
  napi_value answer;
  if (job->kind == JOB_CLASSIFY) return analysis_object(env, &job->analysis);
  if (job->result) return result_object(env, job);
  if (job->kind == JOB_OPEN) {
    TRY(napi_get_reference_value(env, job->kept, &answer));
    return answer;
  }
  TRY(napi_get_undefined(env, &answer));
  return answer;
}

static napi_value error_value(napi_env env, const char *text) {
  napi_value message, error;
  TRY(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message));
  TRY(napi_create_error(env, NULL, message, &error));
  return error;
}

static void settle_job(napi_env env, struct job *job) {
  napi_value value = job->error ? error_value(env, job->error) : job_answer(env, job);
  bool failed = job->error != NULL;
  if (!value) {
    /* An answer that could not be built is a rejection with what Node-API threw. */
    failed = true;
    if (napi_get_and_clear_last_exception(env, &value) != napi_ok) return;
  }
  if (failed) {
    napi_reject_deferred(env, job->deferred, value);
  } else {
    napi_resolve_deferred(env, job->deferred, value);
  }
}

/* The thread sent its last job and is about to return: joining does not block for long. */
static void end_connection(struct connection *connection) {
  connection->ended = true;
  pthread_join(connection->thread, NULL);
  connection->thread_joined = true;
  napi_release_threadsafe_function(connection->deliver, napi_tsfn_release);
  free_connection_if_unused(connection);
}

static void deliver_job(napi_env env, napi_value callback, void *context, void *data) {
  (void)callback;
  struct connection *connection = context;
  struct job *job = data;
  if (!env) {
    free_job(job);
    return;
  }
  bool last = job->kind == JOB_CLOSE || (job->kind == JOB_OPEN && job->error);
  settle_job(env, job);
  if (job->kept) napi_delete_reference(env, job->kept);
  free_job(job);
  if (last) end_connection(connection);
}

static void submit_job(struct connection *connection, struct job *job) {
  pthread_mutex_lock(&connection->lock);
  if (connection->last) {
    connection->last->next = job;
  } else {
    connection->first = job;
  }
  connection->last = job;
  pthread_cond_signal(&connection->wake);
  pthread_mutex_unlock(&connection->lock);
}

/* ---- Reading arguments ---------------------------------------------------------------------- */

/* A string in UTF-8 or the bytes of a Uint8Array, copied and ended with a zero. */
static bool read_text(napi_env env, napi_value value, struct text *text) {
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
static bool read_parameters(napi_env env, napi_value list, struct job *job) {
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

static struct connection *read_connection(napi_env env, napi_value value) {
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

static struct job *new_job(napi_env env, enum job_kind kind) {
  struct job *job = calloc(1, sizeof *job);
  if (!job) {
    throw_text(env, "out of memory");
    return NULL;
  }
  job->kind = kind;
  return job;
}

/* Queues the job and returns its promise; frees the job when that fails. */
static napi_value start_job(napi_env env, struct connection *connection, struct job *job) {
  napi_value promise;
  if (napi_create_promise(env, &job->deferred, &promise) != napi_ok) {
    if (job->kept) napi_delete_reference(env, job->kept);
    free_job(job);
    throw_last_error(env);
    return NULL;
  }
  submit_job(connection, job);
  return promise;
}

/* (connection, sql, format, parameters) */
static napi_value start_statement(napi_env env, napi_callback_info info, enum job_kind kind) {
  size_t count = 4;
  napi_value arguments[4];
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  if (count < 4) {
    throw_text(env, "expected connection, sql, format and parameters");
    return NULL;
  }
  struct connection *connection = read_connection(env, arguments[0]);
  if (!connection) return NULL;
  struct job *job = new_job(env, kind);
  if (!job) return NULL;
  if (!read_text(env, arguments[1], &job->sql) || !read_text(env, arguments[2], &job->format) ||
      job->format.length > FORMAT_NAME_BYTES_MAX || !read_parameters(env, arguments[3], job)) {
    free_job(job);
    throw_text(env, "sql, format or parameters are malformed or too large");
    return NULL;
  }
  return start_job(env, connection, job);
}

/* (connection) */
static napi_value start_step(napi_env env, napi_callback_info info, enum job_kind kind) {
  size_t count = 1;
  napi_value arguments[1];
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  struct connection *connection = read_connection(env, arguments[0]);
  if (!connection) return NULL;
  struct job *job = new_job(env, kind);
  if (!job) return NULL;
  if (kind == JOB_CLOSE) connection->ended = true;
  return start_job(env, connection, job);
}

/* ---- What JavaScript sees ------------------------------------------------------------------- */

/* load(path): loads libchdb once; a second call is a no-op. */
static napi_value load_library(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1];
  struct text path = {0};
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  if (chdb.handle) return NULL;
  if (!read_text(env, arguments[0], &path)) {
    free_text(&path);
    throw_text(env, "the path of libchdb.so must be a string");
    return NULL;
  }
  void *handle = dlopen(path.bytes, RTLD_LAZY | RTLD_LOCAL);
  free_text(&path);
  if (!handle) {
    throw_text(env, "cannot load the engine: %s", dlerror());
    return NULL;
  }
  for (size_t i = 0; i < sizeof chdb_symbols / sizeof *chdb_symbols; i++) {
    void *symbol = dlsym(handle, chdb_symbols[i].name);
    if (!symbol) {
      throw_text(env, "the engine lacks %s: another release of libchdb than 26.7?",
                 chdb_symbols[i].name);
      return NULL;
    }
    memcpy(chdb_symbols[i].slot, &symbol, sizeof symbol);
  }
  /* Before the first connection: signals belong to Node. */
  chdb.set_signal_handlers_enabled(0);
  chdb.handle = handle;
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

static void collect_connection(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct connection *connection = data;
  connection->collected = true;
  free_connection_if_unused(connection);
}

static bool read_connect_arguments(napi_env env, napi_value list, struct connection *connection) {
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

static bool start_thread(struct connection *connection) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  bool started = pthread_attr_setstacksize(&attributes, WORKER_STACK_BYTES) == 0 &&
                 pthread_create(&connection->thread, &attributes, connection_main, connection) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

static struct connection *new_connection(napi_env env, napi_value arguments) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (!connection) {
    throw_text(env, "out of memory");
    return NULL;
  }
  pthread_mutex_init(&connection->lock, NULL);
  pthread_cond_init(&connection->wake, NULL);
  if (!read_connect_arguments(env, arguments, connection)) {
    throw_text(env, "the connection's arguments must be a list of strings");
  } else {
    napi_value name;
    if (napi_create_string_utf8(env, "sonde-chdb", NAPI_AUTO_LENGTH, &name) == napi_ok &&
        napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, connection,
                                        deliver_job, &connection->deliver) == napi_ok) {
      if (start_thread(connection)) return connection;
      napi_release_threadsafe_function(connection->deliver, napi_tsfn_abort);
    }
    throw_text(env, "no thread for another connection");
  }
  connection->thread_joined = true;
  connection->collected = true;
  free_connection_if_unused(connection);
  return NULL;
}

/* open(arguments): Promise<connection>. The first one boots the engine. */
static napi_value open_connection(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1], external;
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  if (!chdb.handle) {
    throw_text(env, "the engine is not loaded");
    return NULL;
  }
  struct job *job = new_job(env, JOB_OPEN);
  if (!job) return NULL;
  struct connection *connection = new_connection(env, arguments[0]);
  if (!connection) {
    free_job(job);
    return NULL;
  }
  TRY(napi_create_external(env, connection, collect_connection, NULL, &external));
  TRY(napi_create_reference(env, external, 1, &job->kept));
  return start_job(env, connection, job);
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

/* close(connection): Promise. Ends what is open on it; the last one shuts the engine down. */
static napi_value close_connection(napi_env env, napi_callback_info info) {
  return start_step(env, info, JOB_CLOSE);
}

/* The process number written into a lock file, 0 when there is none. */
static long lock_holder(int file) {
  char text[32] = {0};
  if (pread(file, text, sizeof text - 1, 0) <= 0) return 0;
  return strtol(text, NULL, 10);
}

/*
 * lock(path): holds an exclusive lock on the file until the process ends, however it ends.
 * Returns 0, or the number of the process that holds it (-1 when that is unknown).
 */
static napi_value lock_file(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1], answer;
  struct text path = {0};
  TRY(napi_get_cb_info(env, info, &count, arguments, NULL, NULL));
  if (!read_text(env, arguments[0], &path)) {
    free_text(&path);
    throw_text(env, "the path must be a string");
    return NULL;
  }
  int file = open(path.bytes, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) {
    throw_text(env, "cannot open %s: %s", path.bytes, strerror(errno));
    free_text(&path);
    return NULL;
  }
  free_text(&path);
  long holder = 0;
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    holder = lock_holder(file);
    if (holder <= 0) holder = -1;
    close(file);
  } else if (ftruncate(file, 0) != 0 || dprintf(file, "%ld\n", (long)getpid()) < 0) {
    /* The lock holds; only its holder's number is missing for whoever is refused. */
    holder = 0;
  }
  TRY(napi_create_int64(env, holder, &answer));
  return answer;
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
      {"lock", NULL, lock_file, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value hash;
  TRY(napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions));
  TRY(napi_create_string_utf8(env, SONDE_SOURCE_HASH, NAPI_AUTO_LENGTH, &hash));
  TRY(napi_set_named_property(env, exports, "sourceHash", hash));
  return exports;
}
