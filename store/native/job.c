#include "job.h"

#include <stdlib.h>
#include <string.h>

void free_text(struct text *text) {
  free(text->bytes);
  text->bytes = NULL;
  text->length = 0;
}

void free_job(struct job *job) {
  free_text(&job->sql);
  free_text(&job->format);
  for (size_t i = 0; i < job->parameter_count; i++) {
    if (job->names) free(job->names[i]);
    if (job->values) free(job->values[i]);
  }
  free(job->names);
  free(job->name_lengths);
  free(job->values);
  free(job->value_lengths);
  free(job->error);
  if (job->result) chdb.destroy_result(job->result);
  free(job);
}

void fail_job(struct job *job, const char *text) {
  if (job->error) return;
  job->error = strdup(text ? text : "the engine failed without a text");
}
