#include "map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "log.h"
#include "node-values.h"

/* The kernel copies as many bytes as the map's types have: shorter buffers are refused here. */
struct map_shape {
  size_t key_bytes;
  size_t value_bytes;
};

static bool is_per_cpu(uint32_t type) {
  return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool read_shape(napi_env env, int fd, struct map_shape *shape) {
  struct bpf_map_info map;
  uint32_t length = sizeof map;
  memset(&map, 0, sizeof map);
  int error = bpf_map_get_info_by_fd(fd, &map, &length);
  if (error) {
    throw_kernel_error(env, "the map cannot be read", error);
    return false;
  }
  shape->key_bytes = map.key_size;
  shape->value_bytes = map.value_size;
  if (is_per_cpu(map.type)) {
    shape->value_bytes = ((size_t)map.value_size + 7) / 8 * 8 * (size_t)libbpf_num_possible_cpus();
  }
  return true;
}

static bool read_sized(napi_env env, napi_value value, size_t size, struct bytes *into) {
  if (!read_bytes(env, value, into)) return false;
  if (into->length == size) return true;
  throw_text(env, "the map's entry has %zu bytes there, not %zu", size, into->length);
  return false;
}

static bool read_map_fd(napi_env env, napi_value value, int *fd, struct map_shape *shape) {
  int64_t number = -1;
  if (!read_integer(env, value, &number)) return false;
  *fd = (int)number;
  clear_log();
  return read_shape(env, *fd, shape);
}

static napi_value found(napi_env env, int error) {
  napi_value value;
  if (error && error != -ENOENT) {
    throw_kernel_error(env, "the map", error);
    return NULL;
  }
  TRY(napi_get_boolean(env, error == 0, &value));
  return value;
}

napi_value cpu_count(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value number;
  TRY(napi_create_int32(env, libbpf_num_possible_cpus(), &number));
  return number;
}

napi_value lookup_entry(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct map_shape shape;
  struct bytes key, value;
  int fd;
  if (!read_arguments(env, info, arguments, 3) || !read_map_fd(env, arguments[0], &fd, &shape) ||
      !read_sized(env, arguments[1], shape.key_bytes, &key) ||
      !read_sized(env, arguments[2], shape.value_bytes, &value)) {
    return NULL;
  }
  return found(env, bpf_map_lookup_elem(fd, key.at, value.at));
}

napi_value update_entry(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct map_shape shape;
  struct bytes key, value;
  int fd;
  if (!read_arguments(env, info, arguments, 3) || !read_map_fd(env, arguments[0], &fd, &shape) ||
      !read_sized(env, arguments[1], shape.key_bytes, &key) ||
      !read_sized(env, arguments[2], shape.value_bytes, &value)) {
    return NULL;
  }
  int error = bpf_map_update_elem(fd, key.at, value.at, BPF_ANY);
  if (error) throw_kernel_error(env, "the map", error);
  return NULL;
}

napi_value remove_entry(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct map_shape shape;
  struct bytes key;
  int fd;
  if (!read_arguments(env, info, arguments, 2) || !read_map_fd(env, arguments[0], &fd, &shape) ||
      !read_sized(env, arguments[1], shape.key_bytes, &key)) {
    return NULL;
  }
  return found(env, bpf_map_delete_elem(fd, key.at));
}

napi_value next_key(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  struct map_shape shape;
  struct bytes key = {0}, next;
  napi_valuetype type;
  int fd;
  if (!read_arguments(env, info, arguments, 3) || !read_map_fd(env, arguments[0], &fd, &shape)) {
    return NULL;
  }
  TRY(napi_typeof(env, arguments[1], &type));
  if (type != napi_null && !read_sized(env, arguments[1], shape.key_bytes, &key)) return NULL;
  if (!read_sized(env, arguments[2], shape.key_bytes, &next)) return NULL;
  return found(env, bpf_map_get_next_key(fd, key.at, next.at));
}
