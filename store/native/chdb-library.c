#include "chdb-library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define LOAD_ERROR_BYTES_MAX 512

struct chdb_library chdb;
pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER;

static const struct {
  const char *name;
  void *slot;
} chdb_symbols[] = {
    {"chdb_version", &chdb.version},
    {"chdb_set_signal_handlers_enabled", &chdb.set_signal_handlers_enabled},
    {"chdb_connect", &chdb.connect},
    {"chdb_close_conn", &chdb.close_conn},
    {"chdb_query_with_params_n", &chdb.query},
    {"chdb_stream_query_with_params_n", &chdb.stream_query},
    {"chdb_stream_fetch_result", &chdb.stream_fetch},
    {"chdb_stream_cancel_query", &chdb.stream_cancel},
    {"chdb_destroy_query_result", &chdb.destroy_result},
    {"chdb_stream_insert_with_params_n", &chdb.insert_open},
    {"chdb_stream_append", &chdb.insert_append},
    {"chdb_stream_done", &chdb.insert_done},
    {"chdb_stream_cancel_insert", &chdb.insert_cancel},
    {"chdb_stream_insert_error", &chdb.insert_error},
    {"chdb_destroy_insert_stream", &chdb.insert_destroy},
    {"chdb_result_buffer", &chdb.result_buffer},
    {"chdb_result_length", &chdb.result_length},
    {"chdb_result_elapsed", &chdb.result_elapsed},
    {"chdb_result_rows_read", &chdb.result_rows},
    {"chdb_result_bytes_read", &chdb.result_bytes},
    {"chdb_result_storage_rows_read", &chdb.result_rows_read},
    {"chdb_result_storage_bytes_read", &chdb.result_bytes_read},
    {"chdb_result_rows_written", &chdb.result_rows_written},
    {"chdb_result_bytes_written", &chdb.result_bytes_written},
    {"chdb_result_error", &chdb.result_error},
    {"chdb_classify_query_n", &chdb.classify},
};

const char *load_chdb(const char *path) {
  static char error[LOAD_ERROR_BYTES_MAX];
  if (chdb.handle) return NULL;
  void *handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (!handle) {
    snprintf(error, sizeof error, "cannot load the engine: %s", dlerror());
    return error;
  }
  for (size_t i = 0; i < sizeof chdb_symbols / sizeof *chdb_symbols; i++) {
    void *symbol = dlsym(handle, chdb_symbols[i].name);
    if (!symbol) {
      snprintf(error, sizeof error, "the engine lacks %s: another release of libchdb than 26.7?",
               chdb_symbols[i].name);
      return error;
    }
    memcpy(chdb_symbols[i].slot, &symbol, sizeof symbol);
  }
  /* Before the first connection: signals belong to Node. */
  chdb.set_signal_handlers_enabled(0);
  chdb.handle = handle;
  return NULL;
}
