/* A file that one process at a time may hold. */
#ifndef SONDE_LOCK_FILE_H
#define SONDE_LOCK_FILE_H

#include <node_api.h>

/*
 * lock(path): holds an exclusive lock on the file until the process ends, however it ends.
 * Returns 0, or the number of the process that holds it (-1 when that is unknown).
 */
napi_value lock_file(napi_env env, napi_callback_info info);

#endif
