/* What a producer and a consumer of librdkafka have in common. */
#ifndef SONDE_RDKAFKA_CLIENT_H
#define SONDE_RDKAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>

#include "arguments.h"

/* First member of a producer and of a consumer: librdkafka's callbacks get it as their opaque. */
struct client {
	rd_kafka_t *kafka;
	/* What went wrong last between librdkafka and the brokers; 0 and "" for nothing. */
	pthread_mutex_t trouble_lock;
	rd_kafka_resp_err_t trouble;
	char trouble_text[TEXT_BYTES_MAX];
};

/* Settings as name, value, name, value. NULL with a thrown error when one is refused. */
rd_kafka_conf_t *read_settings(napi_env env, napi_value settings);
/* Connects nothing yet. False with a thrown error, and `conf` destroyed. */
bool open_client(napi_env env, struct client *client, rd_kafka_type_t type, rd_kafka_conf_t *conf);
/* The last trouble, which is forgotten with it. */
rd_kafka_resp_err_t take_trouble(struct client *client);
/* An Error with librdkafka's name as `code`, and the last trouble where `error` says little. */
napi_value make_error(napi_env env, struct client *client, rd_kafka_resp_err_t error);

#endif
