/* The reading side of a BPF ring buffer, in batches. */
#ifndef SONDE_RING_H
#define SONDE_RING_H

#include <node_api.h>

/*
 * openRing(fd, onWoken): ring. Its map must stay open as long. `onWoken()` is called in a turn of the
 * event loop of its own when a program woke the reader: once, until `heedRing(ring)`.
 */
napi_value open_ring(napi_env env, napi_callback_info info);
/* heedRing(ring): the next wake-up is told of; one that came since the last is taken as told. */
napi_value heed_ring(napi_env env, napi_callback_info info);
/*
 * drain(ring, buffer): bytes filled, 0 when there is nothing. Whole records in the order of the ring:
 * a 32-bit length, 4 bytes of nothing, the record, up to the next multiple of 8.
 */
napi_value drain_ring(napi_env env, napi_callback_info info);
/* ringLag(ring): bytes written and not drained yet. */
napi_value ring_lag(napi_env env, napi_callback_info info);
/* closeRing(ring): a second call does nothing. */
napi_value close_ring(napi_env env, napi_callback_info info);

#endif
