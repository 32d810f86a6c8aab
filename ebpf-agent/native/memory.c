#include "memory.h"

#include <malloc.h>

napi_value trim_memory(napi_env env, napi_callback_info info) {
  (void)env;
  (void)info;
  malloc_trim(0);
  return NULL;
}
