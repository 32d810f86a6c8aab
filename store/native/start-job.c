#include "start-job.h"

#include <stdlib.h>

#include "arguments.h"
#include "node-errors.h"

#define FORMAT_NAME_BYTES_MAX 64

struct job *new_job(napi_env env, enum job_kind kind) {
  struct job *job = calloc(1, sizeof *job);
  if (!job) {
    throw_text(env, "out of memory");
    return NULL;
  }
  job->kind = kind;
  return job;
}

napi_value start_job(napi_env env, struct connection *connection, struct job *job) {
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

napi_value start_statement(napi_env env, napi_callback_info info, enum job_kind kind) {
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

napi_value start_step(napi_env env, napi_callback_info info, enum job_kind kind) {
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
