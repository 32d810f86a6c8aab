/* Wake-ups of a BPF ring buffer as calls of JavaScript; its thread only. */
#ifndef SONDE_WAKER_H
#define SONDE_WAKER_H

#include <node_api.h>

struct waker;

/*
 * Calls `callback()` when a program wakes the reader of the ring with that descriptor: at once, and then
 * not again until `heed`. 0, or an error number. It does not keep the process alive.
 */
int open_waker(napi_env env, int fd, napi_value callback, struct waker **into);
/* The next wake-up is told of; one that came since the last is taken as told. */
void heed(struct waker *waker);
/* Nothing is called afterwards. */
void close_waker(struct waker *waker);

#endif
