/*
 * The C interface of libchdb, the ClickHouse engine as a library, loaded once at run time.
 * Source of the declarations: chdb-core, programs/local/chdb.h, 26.7.
 */
#ifndef SONDE_CHDB_LIBRARY_H
#define SONDE_CHDB_LIBRARY_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

typedef struct chdb_result_ chdb_result;
typedef struct chdb_connection_ *chdb_connection;
typedef struct chdb_insert_stream_ *chdb_insert_stream;

typedef struct {
  uint32_t struct_size;
  uint32_t statement_count;
  uint32_t flags;
  uint32_t query_class;
} chdb_query_analysis;

struct chdb_library {
  void *handle;
  const char *(*version)(void);
  void (*set_signal_handlers_enabled)(int enabled);
  chdb_connection *(*connect)(int argc, char **argv);
  void (*close_conn)(chdb_connection *connection);
  chdb_result *(*query)(chdb_connection, const char *sql, size_t sql_length, const char *format,
                        size_t format_length, const char *const *names, const size_t *name_lengths,
                        const char *const *values, const size_t *value_lengths, size_t count);
  chdb_result *(*stream_query)(chdb_connection, const char *sql, size_t sql_length,
                               const char *format, size_t format_length, const char *const *names,
                               const size_t *name_lengths, const char *const *values,
                               const size_t *value_lengths, size_t count);
  chdb_result *(*stream_fetch)(chdb_connection, chdb_result *stream);
  void (*stream_cancel)(chdb_connection, chdb_result *stream);
  void (*destroy_result)(chdb_result *);
  chdb_insert_stream (*insert_open)(chdb_connection, const char *sql, size_t sql_length,
                                    const char *format, size_t format_length,
                                    const char *const *names, const size_t *name_lengths,
                                    const char *const *values, const size_t *value_lengths,
                                    size_t count);
  int (*insert_append)(chdb_insert_stream, const void *data, size_t length);
  chdb_result *(*insert_done)(chdb_insert_stream);
  void (*insert_cancel)(chdb_insert_stream);
  const char *(*insert_error)(chdb_insert_stream);
  void (*insert_destroy)(chdb_insert_stream);
  char *(*result_buffer)(chdb_result *);
  size_t (*result_length)(chdb_result *);
  double (*result_elapsed)(chdb_result *);
  uint64_t (*result_rows)(chdb_result *);
  uint64_t (*result_bytes)(chdb_result *);
  uint64_t (*result_rows_read)(chdb_result *);
  uint64_t (*result_bytes_read)(chdb_result *);
  uint64_t (*result_rows_written)(chdb_result *);
  uint64_t (*result_bytes_written)(chdb_result *);
  const char *(*result_error)(chdb_result *);
  int (*classify)(chdb_connection, const char *sql, size_t sql_length, const char *database,
                  size_t database_length, chdb_query_analysis *analysis);
};

/* Filled by `load_chdb`, read-only afterwards. */
extern struct chdb_library chdb;

/* Opening and closing start and stop the engine itself: one at a time in the process. */
extern pthread_mutex_t engine_lock;

/*
 * Loads libchdb.so; a second call is a no-op. Returns NULL, or why it failed: the loader's text or
 * the missing symbol's name, valid until the next call.
 */
const char *load_chdb(const char *path);

#endif
