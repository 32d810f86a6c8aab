#ifndef SONDE_RDKAFKA_PRODUCER_H
#define SONDE_RDKAFKA_PRODUCER_H

#include <node_api.h>

napi_value open_producer(napi_env env, napi_callback_info info);
napi_value produce(napi_env env, napi_callback_info info);
napi_value close_producer(napi_env env, napi_callback_info info);

#endif
