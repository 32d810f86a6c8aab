/* A connection to the engine: its thread, and the queue of jobs that thread works through. */
#ifndef SONDE_CONNECTION_H
#define SONDE_CONNECTION_H

#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>

#include "job.h"

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

/* Appends to the queue; the job is the thread's until it is delivered. */
void submit_job(struct connection *connection, struct job *job);

/* Starts the thread; false when there is none to be had. */
bool start_thread(struct connection *connection);

/* After the thread's last job: joins it and lets go of what belongs to it. */
void end_connection(struct connection *connection);

/* The struct goes when its thread is gone and JavaScript holds it no more, whichever is later. */
void free_connection_if_unused(struct connection *connection);

/* Whether the connection's thread ends after this job. */
bool is_last_job(const struct job *job);

#endif
