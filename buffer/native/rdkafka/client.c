#include "client.h"

#include <stdio.h>
#include <stdlib.h>

static void no_log(const rd_kafka_t *kafka, int level, const char *facility, const char *text)
{
	(void)kafka;
	(void)level;
	(void)facility;
	(void)text;
}

static void on_trouble(rd_kafka_t *kafka, int error, const char *reason, void *opaque)
{
	struct client *client = opaque;

	(void)kafka;
	pthread_mutex_lock(&client->trouble_lock);
	client->trouble = error;
	snprintf(client->trouble_text, sizeof(client->trouble_text), "%s", reason);
	pthread_mutex_unlock(&client->trouble_lock);
}

rd_kafka_conf_t *read_settings(napi_env env, napi_value settings)
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
	rd_kafka_conf_set_error_cb(conf, on_trouble);
	rd_kafka_conf_set_log_cb(conf, no_log);
	return conf;
}

bool open_client(napi_env env, struct client *client, rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char text[TEXT_BYTES_MAX];

	pthread_mutex_init(&client->trouble_lock, NULL);
	rd_kafka_conf_set_opaque(conf, client);
	client->kafka = rd_kafka_new(type, conf, text, sizeof(text));
	if (client->kafka != NULL)
		return true;
	rd_kafka_conf_destroy(conf);
	fail(env, "INVALID_CONFIG", text);
	return false;
}

rd_kafka_resp_err_t take_trouble(struct client *client)
{
	rd_kafka_resp_err_t trouble;

	pthread_mutex_lock(&client->trouble_lock);
	trouble = client->trouble;
	client->trouble = RD_KAFKA_RESP_ERR_NO_ERROR;
	pthread_mutex_unlock(&client->trouble_lock);
	return trouble;
}

/* Errors that only say that nobody was reached: why, the last trouble says. */
static bool says_little(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ||
	       error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

napi_value make_error(napi_env env, struct client *client, rd_kafka_resp_err_t error)
{
	char text[2 * TEXT_BYTES_MAX];
	bool is_short = says_little(error);
	napi_value code, message, value;

	pthread_mutex_lock(&client->trouble_lock);
	snprintf(text, sizeof(text), "%s%s%s", rd_kafka_err2str(error), is_short ? ": " : "",
		 is_short ? client->trouble_text : "");
	pthread_mutex_unlock(&client->trouble_lock);
	napi_create_string_utf8(env, rd_kafka_err2name(error), NAPI_AUTO_LENGTH, &code);
	napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &message);
	napi_create_error(env, code, message, &value);
	return value;
}
