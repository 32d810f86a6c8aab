#ifndef SONDE_RDKAFKA_CONSUMER_H
#define SONDE_RDKAFKA_CONSUMER_H

#include <node_api.h>

napi_value open_consumer(napi_env env, napi_callback_info info);
napi_value close_consumer(napi_env env, napi_callback_info info);
napi_value open_partition(napi_env env, napi_callback_info info);
napi_value start_at(napi_env env, napi_callback_info info);
napi_value take(napi_env env, napi_callback_info info);
napi_value close_partition(napi_env env, napi_callback_info info);

#endif
