/*
 * Node-API addon: a producer of librdkafka, and a consumer of single partitions, as little as Sonde
 * needs. `buffer/src/kafka/rdkafka-addon.ts` has the types.
 */
#include <librdkafka/rdkafka.h>
#include <node_api.h>

#include "consumer.h"
#include "producer.h"

static napi_value version(napi_env env, napi_callback_info info)
{
	napi_value text;

	(void)info;
	napi_create_string_utf8(env, rd_kafka_version_str(), NAPI_AUTO_LENGTH, &text);
	return text;
}

#define FUNCTION(name, function) { name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL }

static napi_value init(napi_env env, napi_value exports)
{
	napi_property_descriptor functions[] = {
		FUNCTION("version", version),
		FUNCTION("open", open_producer),
		FUNCTION("produce", produce),
		FUNCTION("close", close_producer),
		FUNCTION("openConsumer", open_consumer),
		FUNCTION("closeConsumer", close_consumer),
		FUNCTION("openPartition", open_partition),
		FUNCTION("startAt", start_at),
		FUNCTION("take", take),
		FUNCTION("closePartition", close_partition),
	};

	napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
	return exports;
}

NAPI_MODULE(sonde_rdkafka, init)
