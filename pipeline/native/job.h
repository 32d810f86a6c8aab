/* A body on its way from JavaScript to a thread of libuv and back. */
#ifndef SONDE_JOB_H
#define SONDE_JOB_H

#include <node_api.h>

#include "bodies.h"

enum job_kind {
  JOB_PACK,
  JOB_UNPACK,
};

struct job {
  enum job_kind kind;
  napi_async_work work;
  napi_deferred deferred;

  /* Memory of JavaScript that the thread reads and writes, and what keeps it where it is. */
  struct bytes input;
  napi_ref input_kept;
  struct {
    uint8_t *at;
    size_t length;
  } room;
  napi_ref room_kept;

  enum format format;
  int level;

  struct packed_body packed;
  bool is_unpacked;
};

/* Does the work on this thread. */
void run_job(struct job *job);

/* What JavaScript gets of a job that ran: a Buffer of its own, or a boolean. NULL after an error. */
napi_value answer_job(napi_env env, struct job *job);

/*
 * Runs a copy of `job` on a thread of libuv and returns its promise. `input` and `room` (NULL where
 * there is none) are kept until it settles; they must not change meanwhile.
 */
napi_value start_job(napi_env env, const struct job *job, napi_value input, napi_value room);

#endif
