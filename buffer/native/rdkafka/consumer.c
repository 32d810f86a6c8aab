/*
 * A consumer that belongs to no group: it reads single partitions from where it is told to. Who
 * reads which partition, and what is committed, is not its business.
 *
 * librdkafka fetches ahead into a queue of each partition, bounded by `queued.max.messages.kbytes`.
 * JavaScript's thread takes out of it what is there and never waits; when an empty queue gets
 * something, it is told:
 *
 *     fetch (librdkafka's threads) -> queue -> on_filled -> ready() -> take() (JavaScript's thread)
 */
#include "consumer.h"

#include <stdlib.h>

#include "client.h"

/* Of one call, however small they are. */
#define RECORDS_MAX 4096

struct consumer {
	struct client client;
	bool is_closed;
};

struct partition {
	struct consumer *consumer;
	/* Of the consumer's handle: it outlives its partitions. */
	napi_ref handle;
	napi_threadsafe_function ready;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *queue;
	int32_t number;
	bool is_started;
	bool is_closed;
	/* Behind records that were taken: for the next call. */
	rd_kafka_resp_err_t error;
};

static void end(struct consumer *consumer)
{
	if (consumer->is_closed)
		return;
	consumer->is_closed = true;
	rd_kafka_destroy(consumer->client.kafka);
}

/* Partitions are closed before it: each has a hook of its own, and the last made run first. */
static void end_with_environment(void *argument)
{
	end(argument);
}

static void free_consumer(napi_env env, void *data, void *hint)
{
	struct consumer *consumer = data;

	(void)hint;
	napi_remove_env_cleanup_hook(env, end_with_environment, consumer);
	end(consumer);
	free(consumer);
}

/* openConsumer(settings): connects when something is read. */
napi_value open_consumer(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1], handle;
	rd_kafka_conf_t *conf;
	struct consumer *consumer;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	conf = read_settings(env, arguments[0]);
	if (conf == NULL)
		return NULL;
	consumer = calloc(1, sizeof(*consumer));
	if (consumer == NULL)
		return fail(env, "UNKNOWN", "out of memory");
	if (!open_client(env, &consumer->client, RD_KAFKA_CONSUMER, conf)) {
		free(consumer);
		return NULL;
	}
	napi_add_env_cleanup_hook(env, end_with_environment, consumer);
	napi_create_external(env, consumer, free_consumer, NULL, &handle);
	return handle;
}

/* All its partitions are closed. Waits for librdkafka's threads: milliseconds. */
napi_value close_consumer(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1];
	struct consumer *consumer;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&consumer) != napi_ok)
		return fail(env, "_INVALID_ARG", "closeConsumer(consumer)");
	end(consumer);
	return NULL;
}

/* On a thread of librdkafka. One call that waits stands for all. */
static void on_filled(rd_kafka_t *kafka, void *opaque)
{
	struct partition *partition = opaque;

	(void)kafka;
	napi_call_threadsafe_function(partition->ready, NULL, napi_tsfn_nonblocking);
}

static void stop(struct partition *partition)
{
	if (partition->is_started)
		rd_kafka_consume_stop(partition->topic, partition->number);
	partition->is_started = false;
}

static void close_now(struct partition *partition)
{
	if (partition->is_closed)
		return;
	partition->is_closed = true;
	rd_kafka_queue_cb_event_enable(partition->queue, NULL, NULL);
	stop(partition);
	rd_kafka_queue_destroy(partition->queue);
	rd_kafka_topic_destroy(partition->topic);
}

static void close_with_environment(void *argument)
{
	close_now(argument);
}

static void free_partition(napi_env env, void *data, void *hint)
{
	struct partition *partition = data;

	(void)hint;
	napi_remove_env_cleanup_hook(env, close_with_environment, partition);
	if (!partition->is_closed) {
		close_now(partition);
		napi_release_threadsafe_function(partition->ready, napi_tsfn_release);
	}
	napi_delete_reference(env, partition->handle);
	free(partition);
}

/* openPartition(consumer, topic, partition, ready): `ready` is called when there is something. */
napi_value open_partition(napi_env env, napi_callback_info info)
{
	size_t count = 4;
	napi_value arguments[4], name, handle;
	struct consumer *consumer;
	struct partition *partition;
	char topic[TEXT_BYTES_MAX];

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&consumer) != napi_ok ||
	    !read_text(env, arguments[1], topic, sizeof(topic)))
		return fail(env, "_INVALID_ARG", "openPartition(consumer, topic, partition, ready)");
	if (consumer->is_closed)
		return fail(env, "_DESTROY", "the consumer is closed");
	partition = calloc(1, sizeof(*partition));
	if (partition == NULL)
		return fail(env, "UNKNOWN", "out of memory");
	partition->consumer = consumer;
	napi_get_value_int32(env, arguments[2], &partition->number);
	partition->topic = rd_kafka_topic_new(consumer->client.kafka, topic, NULL);
	if (partition->topic == NULL) {
		free(partition);
		return fail(env, rd_kafka_err2name(rd_kafka_last_error()), "no such topic can be");
	}
	partition->queue = rd_kafka_queue_new(consumer->client.kafka);
	napi_create_string_utf8(env, "sonde-rdkafka-ready", NAPI_AUTO_LENGTH, &name);
	napi_create_threadsafe_function(env, arguments[3], NULL, name, 1, 1, NULL, NULL, NULL, NULL,
					&partition->ready);
	napi_unref_threadsafe_function(env, partition->ready);
	rd_kafka_queue_cb_event_enable(partition->queue, on_filled, partition);
	napi_create_reference(env, arguments[0], 1, &partition->handle);
	napi_add_env_cleanup_hook(env, close_with_environment, partition);
	napi_create_external(env, partition, free_partition, NULL, &handle);
	return handle;
}

static struct partition *read_partition(napi_env env, napi_value value)
{
	struct partition *partition;

	if (napi_get_value_external(env, value, (void **)&partition) != napi_ok) {
		fail(env, "_INVALID_ARG", "no partition");
		return NULL;
	}
	if (partition->is_closed) {
		fail(env, "_DESTROY", "the partition is closed");
		return NULL;
	}
	return partition;
}

/* startAt(partition, offset): what was fetched before is thrown away. */
napi_value start_at(napi_env env, napi_callback_info info)
{
	size_t count = 2;
	napi_value arguments[2];
	struct partition *partition;
	int64_t offset = 0;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	partition = read_partition(env, arguments[0]);
	if (partition == NULL)
		return NULL;
	napi_get_value_int64(env, arguments[1], &offset);
	stop(partition);
	partition->error = RD_KAFKA_RESP_ERR_NO_ERROR;
	if (rd_kafka_consume_start_queue(partition->topic, partition->number, offset,
					 partition->queue) == -1)
		return fail(env, rd_kafka_err2name(rd_kafka_last_error()),
			    rd_kafka_err2str(rd_kafka_last_error()));
	partition->is_started = true;
	return NULL;
}

static void push(napi_env env, napi_value array, napi_value value)
{
	napi_set_element(env, array, array_length(env, array), value);
}

static napi_value make_bytes(napi_env env, const void *bytes, size_t length)
{
	napi_value value;

	if (bytes == NULL)
		napi_get_undefined(env, &value);
	else
		napi_create_buffer_copy(env, length, bytes, NULL, &value);
	return value;
}

static napi_value make_headers(napi_env env, const rd_kafka_message_t *message)
{
	rd_kafka_headers_t *headers = NULL;
	napi_value list, text;
	const char *name;
	const void *value;
	size_t length;

	napi_create_array(env, &list);
	if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return list;
	for (size_t at = 0; rd_kafka_header_get_all(headers, at, &name, &value, &length) ==
			    RD_KAFKA_RESP_ERR_NO_ERROR;
	     at++) {
		napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &text);
		push(env, list, text);
		napi_create_string_utf8(env, value == NULL ? "" : value, value == NULL ? 0 : length,
					&text);
		push(env, list, text);
	}
	return list;
}

/* Offset, time, key or undefined, value, headers. */
static napi_value make_record(napi_env env, const rd_kafka_message_t *message)
{
	rd_kafka_timestamp_type_t type;
	int64_t time = rd_kafka_message_timestamp(message, &type);
	napi_value record, number;

	napi_create_array_with_length(env, 5, &record);
	napi_create_int64(env, message->offset, &number);
	napi_set_element(env, record, 0, number);
	napi_create_int64(env, time < 0 ? 0 : time, &number);
	napi_set_element(env, record, 1, number);
	napi_set_element(env, record, 2, make_bytes(env, message->key, message->key_len));
	napi_set_element(env, record, 3,
			 make_bytes(env, message->payload == NULL ? "" : message->payload,
				    message->len));
	napi_set_element(env, record, 4, make_headers(env, message));
	return record;
}

/* Records up to `bytes_max`, at least one; where reading goes on behind them, or -1: nothing came. */
static int64_t take_records(napi_env env, struct partition *partition, int64_t bytes_max,
			    napi_value records)
{
	int64_t bytes = 0, next = -1;
	uint32_t taken = 0;

	while (bytes < bytes_max && taken < RECORDS_MAX &&
	       partition->error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_message_t *message = rd_kafka_consume_queue(partition->queue, 0);

		if (message == NULL)
			break;
		if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
			napi_handle_scope scope;

			napi_open_handle_scope(env, &scope);
			napi_set_element(env, records, taken++, make_record(env, message));
			napi_close_handle_scope(env, scope);
			bytes += message->len + message->key_len;
			next = message->offset + 1;
		} else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			/* Behind what nobody sees, too: ends of transactions. */
			next = message->offset;
		} else {
			partition->error = message->err;
		}
		rd_kafka_message_destroy(message);
	}
	return next;
}

/*
 * take(partition, bytesMax): [records, next, start, end] of what has come. Throws what kept records
 * from coming, once; then it has to be started again.
 */
napi_value take(napi_env env, napi_callback_info info)
{
	size_t count = 2;
	napi_value arguments[2], records, result, number;
	struct partition *partition;
	struct client *client;
	int64_t bytes_max = 0, next, start = 0, end = 0;
	rd_kafka_resp_err_t error;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	partition = read_partition(env, arguments[0]);
	if (partition == NULL)
		return NULL;
	client = &partition->consumer->client;
	napi_get_value_int64(env, arguments[1], &bytes_max);
	napi_create_array(env, &records);
	/* Serves on_trouble. */
	rd_kafka_poll(client->kafka, 0);
	next = take_records(env, partition, bytes_max, records);
	error = next >= 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : partition->error;
	/* Trouble of brokers is every partition's: one that tells of it is enough. */
	if (take_trouble(client) == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && next < 0 &&
	    error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
		partition->error = RD_KAFKA_RESP_ERR_NO_ERROR;
		napi_throw(env, make_error(env, client, error));
		return NULL;
	}
	rd_kafka_get_watermark_offsets(client->kafka, rd_kafka_topic_name(partition->topic),
				       partition->number, &start, &end);
	napi_create_array_with_length(env, 4, &result);
	napi_set_element(env, result, 0, records);
	for (int at = 1; at < 4; at++) {
		napi_create_int64(env, at == 1 ? next : at == 2 ? start : end, &number);
		napi_set_element(env, result, at, number);
	}
	return result;
}

/* What waits in its queue is thrown away. */
napi_value close_partition(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1];
	struct partition *partition;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&partition) != napi_ok)
		return fail(env, "_INVALID_ARG", "closePartition(partition)");
	if (partition->is_closed)
		return NULL;
	close_now(partition);
	napi_release_threadsafe_function(partition->ready, napi_tsfn_release);
	return NULL;
}
