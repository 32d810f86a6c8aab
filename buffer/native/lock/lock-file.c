/* Node-API addon: a file that one process at a time may hold, in whatever PID namespace it is. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <node_api.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PATH_BYTES_MAX 4096

static napi_value fail(napi_env env, const char *text)
{
	napi_throw_error(env, NULL, text);
	return NULL;
}

/*
 * lock(path): the descriptor that holds the file (made when missing) until it is closed or the
 * process ends, however it ends; -1 when somebody holds it already, this process included.
 */
static napi_value lock(napi_env env, napi_callback_info info)
{
	size_t count = 1, length;
	napi_value arguments[1], answer;
	char path[PATH_BYTES_MAX];
	int file;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_string_utf8(env, arguments[0], NULL, 0, &length) != napi_ok ||
	    length >= sizeof(path))
		return fail(env, "lock(path)");
	napi_get_value_string_utf8(env, arguments[0], path, sizeof(path), &length);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (file < 0)
		return fail(env, strerror(errno));
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		bool is_held = errno == EWOULDBLOCK;
		const char *why = strerror(errno);

		close(file);
		if (!is_held)
			return fail(env, why);
		file = -1;
	}
	napi_create_int32(env, file, &answer);
	return answer;
}

static napi_value unlock(napi_env env, napi_callback_info info)
{
	size_t count = 1;
	napi_value arguments[1];
	int32_t file = -1;

	napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
	if (napi_get_value_int32(env, arguments[0], &file) == napi_ok && file >= 0)
		close(file);
	return NULL;
}

static napi_value init(napi_env env, napi_value exports)
{
	napi_property_descriptor members[] = {
		{ "lock", NULL, lock, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "unlock", NULL, unlock, NULL, NULL, NULL, napi_enumerable, NULL },
		{ "sourceHash", NULL, NULL, NULL, NULL, NULL, napi_enumerable, NULL },
	};

	napi_create_string_utf8(env, SONDE_SOURCE_HASH, NAPI_AUTO_LENGTH, &members[2].value);
	napi_define_properties(env, exports, sizeof(members) / sizeof(members[0]), members);
	return exports;
}

NAPI_MODULE(sonde_lock, init)
