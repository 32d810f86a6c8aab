/* Jobs of the three usual forms of arguments; each returns the job's promise. */
#ifndef SONDE_START_JOB_H
#define SONDE_START_JOB_H

#include <node_api.h>

#include "connection.h"

/* NULL with a pending exception when memory is out. */
struct job *new_job(napi_env env, enum job_kind kind);

/* Queues the job and returns its promise; frees the job when that fails. */
napi_value start_job(napi_env env, struct connection *connection, struct job *job);

/* (connection, sql, format, parameters) */
napi_value start_statement(napi_env env, napi_callback_info info, enum job_kind kind);

/* (connection) */
napi_value start_step(napi_env env, napi_callback_info info, enum job_kind kind);

#endif
