#include "arguments.h"

#include <stdlib.h>

napi_value fail(napi_env env, const char *code, const char *text)
{
	napi_throw_error(env, code, text);
	return NULL;
}

bool read_text(napi_env env, napi_value value, char *text, size_t size)
{
	size_t length;

	if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length >= size)
		return false;
	return napi_get_value_string_utf8(env, value, text, size, &length) == napi_ok;
}

/* A string of any length, to be freed. */
char *copy_text(napi_env env, napi_value value, size_t *length)
{
	char *text;

	if (napi_get_value_string_utf8(env, value, NULL, 0, length) != napi_ok)
		return NULL;
	text = malloc(*length + 1);
	if (text != NULL)
		napi_get_value_string_utf8(env, value, text, *length + 1, length);
	return text;
}

uint32_t array_length(napi_env env, napi_value array)
{
	uint32_t length = 0;

	napi_get_array_length(env, array, &length);
	return length;
}

napi_value element(napi_env env, napi_value array, uint32_t index)
{
	napi_value value = NULL;

	napi_get_element(env, array, index, &value);
	return value;
}

/* Bytes of a Uint8Array; false for anything else, which is "no bytes". */
bool read_bytes(napi_env env, napi_value value, void **bytes, size_t *length)
{
	static char nothing[1];
	bool is_typed = false;

	if (napi_is_typedarray(env, value, &is_typed) != napi_ok || !is_typed)
		return false;
	napi_get_typedarray_info(env, value, NULL, length, bytes, NULL, NULL);
	/* NULL would be no value at all. */
	if (*length == 0)
		*bytes = nothing;
	return true;
}
