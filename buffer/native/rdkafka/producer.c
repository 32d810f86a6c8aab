/*
 * JavaScript's thread hands batches to librdkafka without copying them; a thread of the producer
 * serves delivery reports, and the last report of a batch goes back to JavaScript:
 *
 *     produce() -> rd_kafka_producev ... -> on_report (poll thread) -> settle (JavaScript's thread)
 *
 * A batch holds a reference to its records until it is settled: librdkafka reads their bytes. Each
 * record is told about by itself: a batch of ours may go out as several of librdkafka's.
 */
#include "producer.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "client.h"

#define POLL_MS 100
#define CLOSE_POLL_MS 20

struct batch;

/* What librdkafka gives back with a report, and what the report said. */
struct place {
	struct batch *batch;
	int64_t offset;
	rd_kafka_resp_err_t error;
};

struct batch {
	atomic_int left;
	napi_deferred deferred;
	napi_ref records;
	/* Of the producer's handle: it is not collected while somebody waits. */
	napi_ref handle;
	uint32_t count;
	struct place places[];
};

struct producer {
	struct client client;
	pthread_t thread;
	napi_threadsafe_function settle;
	atomic_bool is_closing;
	bool is_joined;
	/* Batches that are not settled; JavaScript's thread alone counts. */
	int waiting;
};

/* One record, or a part of the records that were not handed over, is done. */
static void leave(struct producer *producer, struct batch *batch, int count)
{
	if (atomic_fetch_sub(&batch->left, count) != count)
		return;
	/* After the environment has ended nobody waits, and its memory is gone. */
	if (napi_call_threadsafe_function(producer->settle, batch, napi_tsfn_nonblocking) != napi_ok)
		free(batch);
}

static void on_report(rd_kafka_t *kafka, const rd_kafka_message_t *message, void *opaque)
{
	struct place *place = message->_private;

	(void)kafka;
	place->error = message->err;
	place->offset = message->offset;
	leave(opaque, place->batch, 1);
}

/* An array: the offset of each record, or an Error. */
static void settle(napi_env env, napi_value unused, void *context, void *data)
{
	struct batch *batch = data;
	struct producer *producer = context;
	napi_value results;

	(void)unused;
	if (env == NULL) {
		free(batch);
		return;
	}
	napi_delete_reference(env, batch->records);
	napi_delete_reference(env, batch->handle);
	/* A producer that waits for nothing keeps no process alive. */
	if (--producer->waiting == 0)
		napi_unref_threadsafe_function(env, producer->settle);
	napi_create_array_with_length(env, batch->count, &results);
	for (uint32_t index = 0; index < batch->count; index++) {
		const struct place *place = &batch->places[index];
		napi_value value;

		if (place->error == RD_KAFKA_RESP_ERR_NO_ERROR)
			napi_create_int64(env, place->offset, &value);
		else
			value = make_error(env, &producer->client, place->error);
		napi_set_element(env, results, index, value);
	}
	napi_resolve_deferred(env, batch->deferred, results);
	free(batch);
}

/* What is still under way when it is told to close is reported as purged. */
static void *poll_reports(void *argument)
{
	struct producer *producer = argument;
	rd_kafka_t *kafka = producer->client.kafka;

	while (!atomic_load(&producer->is_closing))
		rd_kafka_poll(kafka, POLL_MS);
	rd_kafka_purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (rd_kafka_outq_len(kafka) > 0)
		rd_kafka_poll(kafka, CLOSE_POLL_MS);
	return NULL;
}

static void end(struct producer *producer)
{
	if (producer->is_joined)
		return;
	producer->is_joined = true;
	atomic_store(&producer->is_closing, true);
	pthread_join(producer->thread, NULL);
	rd_kafka_destroy(producer->client.kafka);
}

/* An environment that ends: librdkafka must not read its memory any more. */
static void end_with_environment(void *argument)
{
	end(argument);
}

static void free_producer(napi_env env, void *data, void *hint)
{
	struct producer *producer = data;

	(void)hint;
	napi_remove_env_cleanup_hook(env, end_with_environment, producer);
	end(producer);
	free(producer);
}

napi_value open_producer(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1], name, handle;
	rd_kafka_conf_t *conf;
	struct producer *producer;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	conf = read_settings(env, arguments[0]);
	if (conf == NULL)
		return NULL;
	rd_kafka_conf_set_dr_msg_cb(conf, on_report);
	producer = calloc(1, sizeof(*producer));
	if (producer == NULL)
		return fail(env, "UNKNOWN", "out of memory");
	if (!open_client(env, &producer->client, RD_KAFKA_PRODUCER, conf)) {
		free(producer);
		return NULL;
	}
	napi_create_string_utf8(env, "sonde-rdkafka", NAPI_AUTO_LENGTH, &name);
	napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, producer, settle,
					&producer->settle);
	napi_unref_threadsafe_function(env, producer->settle);
	if (pthread_create(&producer->thread, NULL, poll_reports, producer) != 0) {
		rd_kafka_destroy(producer->client.kafka);
		napi_release_threadsafe_function(producer->settle, napi_tsfn_release);
		free(producer);
		return fail(env, "UNKNOWN", "no thread");
	}
	napi_add_env_cleanup_hook(env, end_with_environment, producer);
	napi_create_external(env, producer, free_producer, NULL, &handle);
	return handle;
}

/* `headers`: name, value, name, value. */
static rd_kafka_headers_t *read_headers(napi_env env, napi_value headers)
{
	uint32_t count = array_length(env, headers);
	rd_kafka_headers_t *list = rd_kafka_headers_new(count / 2);

	for (uint32_t index = 0; index + 1 < count; index += 2) {
		size_t name_length, value_length;
		char *name = copy_text(env, element(env, headers, index), &name_length);
		char *value = copy_text(env, element(env, headers, index + 1), &value_length);

		if (name != NULL && value != NULL)
			rd_kafka_header_add(list, name, (ssize_t)name_length, value,
					    (ssize_t)value_length);
		free(name);
		free(value);
	}
	return list;
}

/* `record`: value, key or undefined, time, headers. */
static rd_kafka_resp_err_t hand_over(napi_env env, struct producer *producer, const char *topic,
				     int32_t partition, napi_value record, struct place *place)
{
	void *value = NULL, *key = NULL;
	size_t value_length = 0, key_length = 0;
	int64_t time = 0;
	rd_kafka_headers_t *headers;
	rd_kafka_resp_err_t error;

	if (!read_bytes(env, element(env, record, 0), &value, &value_length))
		return RD_KAFKA_RESP_ERR__INVALID_ARG;
	read_bytes(env, element(env, record, 1), &key, &key_length);
	napi_get_value_int64(env, element(env, record, 2), &time);
	headers = read_headers(env, element(env, record, 3));
	error = rd_kafka_producev(producer->client.kafka, RD_KAFKA_V_TOPIC(topic),
				  RD_KAFKA_V_PARTITION(partition),
				  RD_KAFKA_V_VALUE(value, value_length),
				  RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_TIMESTAMP(time),
				  RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(place),
				  RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_END);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_headers_destroy(headers);
	return error;
}

static struct batch *make_batch(napi_env env, const napi_value *arguments)
{
	uint32_t count = array_length(env, arguments[3]);
	struct batch *batch = calloc(1, sizeof(*batch) + count * sizeof(struct place));

	if (batch == NULL)
		return NULL;
	batch->count = count;
	/* One more than there are: it is not settled while records are handed over. */
	atomic_store(&batch->left, (int)count + 1);
	napi_create_reference(env, arguments[3], 1, &batch->records);
	napi_create_reference(env, arguments[0], 1, &batch->handle);
	return batch;
}

/* produce(producer, topic, partition, records): a promise of each record's offset or Error. */
napi_value produce(napi_env env, napi_callback_info info)
{
	size_t count = 4;
	napi_value arguments[4], promise;
	struct producer *producer;
	struct batch *batch;
	char topic[TEXT_BYTES_MAX];
	int32_t partition = 0;
	int failed = 0;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&producer) != napi_ok ||
	    !read_text(env, arguments[1], topic, sizeof(topic)))
		return fail(env, "_INVALID_ARG", "produce(producer, topic, partition, records)");
	if (atomic_load(&producer->is_closing))
		return fail(env, "_DESTROY", "the producer is closed");
	batch = make_batch(env, arguments);
	if (batch == NULL)
		return fail(env, "UNKNOWN", "out of memory");
	napi_get_value_int32(env, arguments[2], &partition);
	if (producer->waiting++ == 0)
		napi_ref_threadsafe_function(env, producer->settle);
	napi_create_promise(env, &batch->deferred, &promise);
	for (uint32_t index = 0; index < batch->count; index++) {
		struct place *place = &batch->places[index];
		napi_handle_scope scope;
		rd_kafka_resp_err_t error;

		place->batch = batch;
		napi_open_handle_scope(env, &scope);
		error = hand_over(env, producer, topic, partition,
				  element(env, arguments[3], index), place);
		napi_close_handle_scope(env, scope);
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
			continue;
		/* No report comes of this one. */
		place->error = error;
		failed++;
	}
	leave(producer, batch, failed + 1);
	return promise;
}

/* What is under way is rejected as purged. Waits for the producer's thread: milliseconds. */
napi_value close_producer(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1];
	struct producer *producer;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&producer) != napi_ok)
		return fail(env, "_INVALID_ARG", "close(producer)");
	if (producer->is_joined)
		return NULL;
	end(producer);
	napi_release_threadsafe_function(producer->settle, napi_tsfn_release);
	return NULL;
}
