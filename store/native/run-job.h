/* What a job makes the engine do; runs on the connection's thread and blocks there. */
#ifndef SONDE_RUN_JOB_H
#define SONDE_RUN_JOB_H

#include "connection.h"

/* Leaves the answer or the error in the job. */
void run_job(struct connection *connection, struct job *job);

#endif
