/* One call from JavaScript on its way to a connection's thread and back. */
#ifndef SONDE_JOB_H
#define SONDE_JOB_H

#include <node_api.h>
#include <stddef.h>

#include "chdb-library.h"

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

  /* In: SQL, format, parameters are copies; `chunk` points into the buffer `kept` keeps alive. */
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

void free_text(struct text *text);
/* Frees everything the job owns but the reference `kept`, which needs an environment. */
void free_job(struct job *job);
/* Keeps the first error of a job; `text` is copied. */
void fail_job(struct job *job, const char *text);

#endif
