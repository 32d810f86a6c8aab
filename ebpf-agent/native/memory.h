/* Giving memory back that the C library keeps for later. */
#ifndef SONDE_MEMORY_H
#define SONDE_MEMORY_H

#include <node_api.h>

/*
 * trimMemory(): gives whole pages that nothing is in back to the system, in all arenas. A third of a
 * millisecond, of a heap of 10 MB.
 */
napi_value trim_memory(napi_env env, napi_callback_info info);

#endif
