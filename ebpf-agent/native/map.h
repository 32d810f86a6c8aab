/* Reading and changing maps by their file descriptor. */
#ifndef SONDE_MAP_H
#define SONDE_MAP_H

#include <node_api.h>

/* cpuCount(): how many values an entry of a per-CPU map has, each of a multiple of 8 bytes. */
napi_value cpu_count(napi_env env, napi_callback_info info);
/* lookup(fd, key, value): whether it is there; then `value` is filled. */
napi_value lookup_entry(napi_env env, napi_callback_info info);
/* update(fd, key, value) */
napi_value update_entry(napi_env env, napi_callback_info info);
/* remove(fd, key): whether it was there. */
napi_value remove_entry(napi_env env, napi_callback_info info);
/* nextKey(fd, key or null for the first, next): whether there is one; then `next` is filled. */
napi_value next_key(napi_env env, napi_callback_info info);

#endif
