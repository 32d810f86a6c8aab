/*
 * Node-API addon: a producer of librdkafka, as little as Sonde needs.
 *
 * JavaScript's thread hands batches to librdkafka without copying them; a thread of the producer
 * serves delivery reports, and the last report of a batch goes back to JavaScript:
 *
 *     produce() -> rd_kafka_producev ... -> on_report (poll thread) -> settle (JavaScript's thread)
 *
 * A batch holds a reference to its records until it is settled: librdkafka reads their bytes.
 */
#include <librdkafka/rdkafka.h>
#include <node_api.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"

#define POLL_MS 100
#define CLOSE_POLL_MS 20

struct batch;

/* What librdkafka gives back with a report: the batch, and whether its first record is meant. */
struct place {
	struct batch *batch;
	bool is_first;
};

struct batch {
	struct place first;
	struct place other;
	atomic_int left;
	_Atomic(rd_kafka_resp_err_t) error;
	_Atomic(int64_t) offset;
	napi_deferred deferred;
	napi_ref records;
	/* Of the producer's handle: it is not collected while somebody waits. */
	napi_ref handle;
};

struct producer {
	rd_kafka_t *kafka;
	pthread_t thread;
	napi_threadsafe_function settle;
	atomic_bool is_closing;
	bool is_joined;
	/* Batches that are not settled; JavaScript's thread alone counts. */
	int waiting;
	/* What went wrong last between librdkafka and the brokers: why a message was too late. */
	pthread_mutex_t trouble_lock;
	char trouble[TEXT_BYTES_MAX];
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
	struct batch *batch = place->batch;

	(void)kafka;
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		atomic_store(&batch->error, message->err);
	else if (place->is_first)
		atomic_store(&batch->offset, message->offset);
	leave(opaque, batch, 1);
}

static void on_trouble(rd_kafka_t *kafka, int error, const char *reason, void *opaque)
{
	struct producer *producer = opaque;

	(void)kafka;
	(void)error;
	pthread_mutex_lock(&producer->trouble_lock);
	snprintf(producer->trouble, sizeof(producer->trouble), "%s", reason);
	pthread_mutex_unlock(&producer->trouble_lock);
}

static napi_value error_text(napi_env env, struct producer *producer, rd_kafka_resp_err_t error)
{
	char text[2 * TEXT_BYTES_MAX];
	bool is_late = error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
	napi_value value;

	pthread_mutex_lock(&producer->trouble_lock);
	snprintf(text, sizeof(text), "%s%s%s", rd_kafka_err2str(error), is_late ? ": " : "",
		 is_late ? producer->trouble : "");
	pthread_mutex_unlock(&producer->trouble_lock);
	napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
	return value;
}

static void settle(napi_env env, napi_value unused, void *context, void *data)
{
	struct batch *batch = data;
	struct producer *producer = context;
	rd_kafka_resp_err_t error = atomic_load(&batch->error);
	napi_value value, code;

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
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		napi_create_int64(env, atomic_load(&batch->offset), &value);
		napi_resolve_deferred(env, batch->deferred, value);
	} else {
		napi_create_string_utf8(env, rd_kafka_err2name(error), NAPI_AUTO_LENGTH, &code);
		napi_create_error(env, code, error_text(env, producer, error), &value);
		napi_reject_deferred(env, batch->deferred, value);
	}
	free(batch);
}

/* What is still under way when it is told to close is reported as purged. */
static void *poll_reports(void *argument)
{
	struct producer *producer = argument;
	rd_kafka_t *kafka = producer->kafka;

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
	rd_kafka_destroy(producer->kafka);
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

static void no_log(const rd_kafka_t *kafka, int level, const char *facility, const char *text)
{
	(void)kafka;
	(void)level;
	(void)facility;
	(void)text;
}

/* NULL with a thrown error when a setting is refused. */
static rd_kafka_conf_t *read_settings(napi_env env, napi_value settings)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char text[TEXT_BYTES_MAX];
	uint32_t count = array_length(env, settings);

	for (uint32_t index = 0; index + 1 < count; index += 2) {
		char name[TEXT_BYTES_MAX];
		size_t length;
		char *value;
		rd_kafka_conf_res_t result;

		if (!read_text(env, element(env, settings, index), name, sizeof(name)))
			continue;
		value = copy_text(env, element(env, settings, index + 1), &length);
		if (value == NULL)
			continue;
		result = rd_kafka_conf_set(conf, name, value, text, sizeof(text));
		free(value);
		if (result == RD_KAFKA_CONF_OK)
			continue;
		rd_kafka_conf_destroy(conf);
		fail(env, "INVALID_CONFIG", text);
		return NULL;
	}
	rd_kafka_conf_set_dr_msg_cb(conf, on_report);
	rd_kafka_conf_set_error_cb(conf, on_trouble);
	rd_kafka_conf_set_log_cb(conf, no_log);
	return conf;
}

static napi_value open_producer(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1], name, handle;
	char text[TEXT_BYTES_MAX];
	rd_kafka_conf_t *conf;
	struct producer *producer;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	conf = read_settings(env, arguments[0]);
	if (conf == NULL)
		return NULL;
	producer = calloc(1, sizeof(*producer));
	if (producer == NULL)
		return fail(env, "UNKNOWN", "out of memory");
	pthread_mutex_init(&producer->trouble_lock, NULL);
	rd_kafka_conf_set_opaque(conf, producer);
	producer->kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	if (producer->kafka == NULL) {
		rd_kafka_conf_destroy(conf);
		free(producer);
		return fail(env, "INVALID_CONFIG", text);
	}
	napi_create_string_utf8(env, "sonde-rdkafka", NAPI_AUTO_LENGTH, &name);
	napi_create_threadsafe_function(env, NULL, NULL, name, 0, 1, NULL, NULL, producer, settle,
					&producer->settle);
	napi_unref_threadsafe_function(env, producer->settle);
	if (pthread_create(&producer->thread, NULL, poll_reports, producer) != 0) {
		rd_kafka_destroy(producer->kafka);
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
	error = rd_kafka_producev(producer->kafka, RD_KAFKA_V_TOPIC(topic),
				  RD_KAFKA_V_PARTITION(partition),
				  RD_KAFKA_V_VALUE(value, value_length),
				  RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_TIMESTAMP(time),
				  RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(place),
				  RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_END);
	if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_headers_destroy(headers);
	return error;
}

/* produce(producer, topic, partition, records): a promise of the first record's offset. */
static napi_value produce(napi_env env, napi_callback_info info)
{
	size_t count = 4;
	napi_value arguments[4], promise;
	struct producer *producer;
	struct batch *batch;
	char topic[TEXT_BYTES_MAX];
	int32_t partition = 0;
	uint32_t records, done = 0;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_external(env, arguments[0], (void **)&producer) != napi_ok ||
	    !read_text(env, arguments[1], topic, sizeof(topic)))
		return fail(env, "_INVALID_ARG", "produce(producer, topic, partition, records)");
	if (atomic_load(&producer->is_closing))
		return fail(env, "_DESTROY", "the producer is closed");
	batch = calloc(1, sizeof(*batch));
	if (batch == NULL)
		return fail(env, "UNKNOWN", "out of memory");
	batch->first = (struct place){ batch, true };
	batch->other = (struct place){ batch, false };
	napi_get_value_int32(env, arguments[2], &partition);
	napi_create_reference(env, arguments[3], 1, &batch->records);
	napi_create_reference(env, arguments[0], 1, &batch->handle);
	if (producer->waiting++ == 0)
		napi_ref_threadsafe_function(env, producer->settle);
	napi_create_promise(env, &batch->deferred, &promise);
	records = array_length(env, arguments[3]);
	/* One more than there are: it is not settled while this loop runs. */
	atomic_store(&batch->left, (int)records + 1);
	for (; done < records; done++) {
		napi_handle_scope scope;
		rd_kafka_resp_err_t error;

		napi_open_handle_scope(env, &scope);
		error = hand_over(env, producer, topic, partition,
				  element(env, arguments[3], done),
				  done == 0 ? &batch->first : &batch->other);
		napi_close_handle_scope(env, scope);
		if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
			continue;
		atomic_store(&batch->error, error);
		break;
	}
	leave(producer, batch, (int)(records - done) + 1);
	return promise;
}

/* What is under way is rejected as purged. Waits for the producer's thread: milliseconds. */
static napi_value close_producer(napi_env env, napi_callback_info info)
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

static napi_value version(napi_env env, napi_callback_info info)
{
	napi_value text;

	(void)info;
	napi_create_string_utf8(env, rd_kafka_version_str(), NAPI_AUTO_LENGTH, &text);
	return text;
}

static napi_value init(napi_env env, napi_value exports)
{
	napi_property_descriptor functions[] = {
		{ "open", NULL, open_producer, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "produce", NULL, produce, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "close", NULL, close_producer, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "version", NULL, version, NULL, NULL, NULL, napi_enumerable, NULL },
	};

	napi_define_properties(env, exports, sizeof(functions) / sizeof(functions[0]), functions);
	return exports;
}

NAPI_MODULE(sonde_rdkafka, init)
