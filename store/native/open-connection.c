#include "open-connection.h"

#include <stdlib.h>

#include "arguments.h"
#include "job-answer.h"
#include "node-errors.h"
#include "start-job.h"

static void collect_connection(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct connection *connection = data;
  connection->collected = true;
  free_connection_if_unused(connection);
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

napi_value open_connection(napi_env env, napi_callback_info info) {
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
