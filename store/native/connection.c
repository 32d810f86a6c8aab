#define _GNU_SOURCE
#include "connection.h"

#include <stdlib.h>

#include "run-job.h"

/* The engine parses and plans on the calling thread; its own threads have 8 MiB as well. */
#define WORKER_STACK_BYTES (8u << 20)

static void free_arguments(struct connection *connection) {
  for (int i = 0; i < connection->argument_count; i++) free(connection->arguments[i]);
  free(connection->arguments);
  connection->arguments = NULL;
  connection->argument_count = 0;
}

void free_connection_if_unused(struct connection *connection) {
  if (!connection->thread_joined || !connection->collected) return;
  pthread_mutex_destroy(&connection->lock);
  pthread_cond_destroy(&connection->wake);
  free_arguments(connection);
  free(connection);
}

bool is_last_job(const struct job *job) {
  return job->kind == JOB_CLOSE || (job->kind == JOB_OPEN && job->error);
}

void submit_job(struct connection *connection, struct job *job) {
  pthread_mutex_lock(&connection->lock);
  if (connection->last) {
    connection->last->next = job;
  } else {
    connection->first = job;
  }
  connection->last = job;
  pthread_cond_signal(&connection->wake);
  pthread_mutex_unlock(&connection->lock);
}

static struct job *take_job(struct connection *connection) {
  pthread_mutex_lock(&connection->lock);
  while (!connection->first) pthread_cond_wait(&connection->wake, &connection->lock);
  struct job *job = connection->first;
  connection->first = job->next;
  if (!connection->first) connection->last = NULL;
  pthread_mutex_unlock(&connection->lock);
  return job;
}

static void *connection_main(void *argument) {
  struct connection *connection = argument;
  pthread_setname_np(pthread_self(), "sonde-store");
  bool last = false;
  while (!last) {
    struct job *job = take_job(connection);
    run_job(connection, job);
    /* `deliver` joins this thread after these two, so nothing may follow them. */
    last = is_last_job(job);
    /* Fails only when the environment is being torn down; nobody waits for the job then. */
    if (napi_call_threadsafe_function(connection->deliver, job, napi_tsfn_blocking) != napi_ok) {
      free_job(job);
    }
  }
  return NULL;
}

bool start_thread(struct connection *connection) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  bool started = pthread_attr_setstacksize(&attributes, WORKER_STACK_BYTES) == 0 &&
                 pthread_create(&connection->thread, &attributes, connection_main, connection) == 0;
  pthread_attr_destroy(&attributes);
  return started;
}

/* The thread sent its last job and is about to return: joining does not block for long. */
void end_connection(struct connection *connection) {
  connection->ended = true;
  pthread_join(connection->thread, NULL);
  connection->thread_joined = true;
  napi_release_threadsafe_function(connection->deliver, napi_tsfn_release);
  free_connection_if_unused(connection);
}
