#include "run-job.h"

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

void run_job(struct connection *connection, struct job *job) {
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
