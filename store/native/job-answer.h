/* A finished job, back on the JavaScript thread: its answer as JavaScript values. */
#ifndef SONDE_JOB_ANSWER_H
#define SONDE_JOB_ANSWER_H

#include <node_api.h>

/*
 * The thread-safe function's callback: settles the job's promise and frees the job. `context` is
 * the connection, `data` the job; without `env` the environment is going and nobody waits.
 */
void deliver_job(napi_env env, napi_value callback, void *context, void *data);

#endif
