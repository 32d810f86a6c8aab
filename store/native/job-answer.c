#include "job-answer.h"

#include "connection.h"
#include "node-errors.h"

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

void deliver_job(napi_env env, napi_value callback, void *context, void *data) {
  (void)callback;
  struct connection *connection = context;
  struct job *job = data;
  if (!env) {
    free_job(job);
    return;
  }
  bool last = is_last_job(job);
  settle_job(env, job);
  if (job->kept) napi_delete_reference(env, job->kept);
  free_job(job);
  if (last) end_connection(connection);
}
