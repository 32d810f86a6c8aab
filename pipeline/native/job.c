#include "job.h"

#include <stdlib.h>

#include "node-errors.h"

void run_job(struct job *job) {
  if (job->kind == JOB_PACK) {
    job->packed = pack_body(job->input, job->format, job->level);
  } else {
    job->is_unpacked = unpack_member(job->input, job->room.at, job->room.length);
  }
}

napi_value answer_job(napi_env env, struct job *job) {
  napi_value answer = NULL;
  if (job->kind == JOB_UNPACK) {
    TRY(napi_get_boolean(env, job->is_unpacked, &answer));
    return answer;
  }
  if (!job->packed.at || job->packed.length == 0) {
    throw_text(env, "no memory to pack a body in");
  } else if (napi_create_buffer_copy(env, job->packed.length, job->packed.at, NULL, &answer) !=
             napi_ok) {
    /* The copy is memory that V8 counts. */
    throw_last_error(env);
  }
  free(job->packed.at);
  job->packed.at = NULL;
  return answer;
}

static void free_job(napi_env env, struct job *job) {
  if (job->input_kept) napi_delete_reference(env, job->input_kept);
  if (job->room_kept) napi_delete_reference(env, job->room_kept);
  if (job->work) napi_delete_async_work(env, job->work);
  free(job->packed.at);
  free(job);
}

static void execute(napi_env env, void *data) {
  (void)env;
  run_job(data);
}

static void complete(napi_env env, napi_status status, void *data) {
  struct job *job = data;
  napi_value answer = NULL, error = NULL;
  if (status == napi_ok) answer = answer_job(env, job);
  else throw_text(env, "a body was not worked on: the thread ends");
  if (answer) {
    napi_resolve_deferred(env, job->deferred, answer);
  } else if (napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_reject_deferred(env, job->deferred, error);
  }
  free_job(env, job);
}

static napi_value fail_job(napi_env env, struct job *job) {
  throw_last_error(env);
  free_job(env, job);
  return NULL;
}

napi_value start_job(napi_env env, const struct job *job, napi_value input, napi_value room) {
  napi_value promise, name;
  struct job *started = malloc(sizeof *started);
  if (!started) {
    throw_text(env, "no memory for a job");
    return NULL;
  }
  *started = *job;
  if (napi_create_reference(env, input, 1, &started->input_kept) != napi_ok ||
      (room && napi_create_reference(env, room, 1, &started->room_kept) != napi_ok) ||
      napi_create_string_utf8(env, "sonde-deflate", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, execute, complete, started, &started->work) !=
          napi_ok ||
      napi_create_promise(env, &started->deferred, &promise) != napi_ok ||
      napi_queue_async_work(env, started->work) != napi_ok) {
    return fail_job(env, started);
  }
  return promise;
}
