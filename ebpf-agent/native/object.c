#include "object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "node-values.h"

/* Programs of one object times CPUs, and files with uprobes of one object. */
#define LINKS_MAX 4096
/* Of one file. */
#define UPROBES_MAX 256

/* The first word of what an external points to: what is no object is found out. */
#define OBJECT_MAGIC 0x534f4244u

struct object {
  uint32_t magic;
  struct bpf_object *bpf;
  char *image;
  /* Up to `link_count`, with holes where something was detached. */
  struct bpf_link *links[LINKS_MAX];
  size_t link_count;
};

static void close_parts(struct object *object) {
  /* A hole is no link: nothing is done. */
  for (size_t i = 0; i < object->link_count; i++) bpf_link__destroy(object->links[i]);
  object->link_count = 0;
  bpf_object__close(object->bpf);
  object->bpf = NULL;
  free(object->image);
  object->image = NULL;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env;
  (void)hint;
  struct object *object = data;
  close_parts(object);
  free(object);
}

static struct object *any_object(napi_env env, napi_value value) {
  void *data = NULL;
  if (napi_get_value_external(env, value, &data) == napi_ok && data &&
      *(const uint32_t *)data == OBJECT_MAGIC) {
    return data;
  }
  throw_text(env, "the first argument must be an object of open()");
  return NULL;
}

/* NULL with a pending exception when it is none, or closed. */
static struct object *read_object(napi_env env, napi_value value) {
  struct object *object = any_object(env, value);
  if (object && !object->bpf) {
    throw_text(env, "the object is closed");
    return NULL;
  }
  clear_log();
  return object;
}

static struct bpf_program *read_program(napi_env env, struct object *object, napi_value value) {
  char name[NAME_BYTES_MAX];
  if (!object || !read_text(env, value, name, sizeof name)) return NULL;
  struct bpf_program *program = bpf_object__find_program_by_name(object->bpf, name);
  if (!program) throw_text(env, "no program %s in the object", name);
  return program;
}

static struct bpf_map *read_map(napi_env env, struct object *object, napi_value value) {
  char name[NAME_BYTES_MAX];
  if (!object || !read_text(env, value, name, sizeof name)) return NULL;
  struct bpf_map *map = bpf_object__find_map_by_name(object->bpf, name);
  if (!map) throw_text(env, "no map %s in the object", name);
  return map;
}

napi_value open_object(napi_env env, napi_callback_info info) {
  napi_value arguments[2], external;
  struct bytes bytes;
  char name[NAME_BYTES_MAX];
  if (!read_arguments(env, info, arguments, 2) || !read_bytes(env, arguments[0], &bytes) ||
      !read_text(env, arguments[1], name, sizeof name)) {
    return NULL;
  }
  struct object *object = calloc(1, sizeof *object);
  char *image = malloc(bytes.length ? bytes.length : 1);
  if (!object || !image) {
    free(object);
    free(image);
    throw_text(env, "out of memory");
    return NULL;
  }
  memcpy(image, bytes.at, bytes.length);
  clear_log();
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);
  object->magic = OBJECT_MAGIC;
  object->image = image;
  object->bpf = bpf_object__open_mem(image, bytes.length, &options);
  int error = object->bpf ? 0 : errno;
  if (error || napi_create_external(env, object, finalize, NULL, &external) != napi_ok) {
    finalize(env, object, NULL);
    throw_kernel_error(env, "the BPF object cannot be read", error);
    return NULL;
  }
  return external;
}

napi_value set_autoload(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  bool wanted = false;
  if (!read_arguments(env, info, arguments, 3)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  struct bpf_program *program = read_program(env, object, arguments[1]);
  if (!program) return NULL;
  TRY(napi_get_value_bool(env, arguments[2], &wanted));
  int error = bpf_program__set_autoload(program, wanted);
  if (error) throw_kernel_error(env, bpf_program__name(program), error);
  return NULL;
}

napi_value reuse_map(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int64_t fd = -1;
  if (!read_arguments(env, info, arguments, 3)) return NULL;
  struct bpf_map *map = read_map(env, read_object(env, arguments[0]), arguments[1]);
  if (!map || !read_integer(env, arguments[2], &fd)) return NULL;
  int error = bpf_map__reuse_fd(map, (int)fd);
  if (error) throw_kernel_error(env, bpf_map__name(map), error);
  return NULL;
}

napi_value set_map_size(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  int64_t entries = 0;
  if (!read_arguments(env, info, arguments, 3)) return NULL;
  struct bpf_map *map = read_map(env, read_object(env, arguments[0]), arguments[1]);
  if (!map || !read_integer(env, arguments[2], &entries)) return NULL;
  int error = bpf_map__set_max_entries(map, (uint32_t)entries);
  if (error) throw_kernel_error(env, bpf_map__name(map), error);
  return NULL;
}

napi_value set_constants(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  struct bytes bytes;
  if (!read_arguments(env, info, arguments, 2)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  if (!object || !read_bytes(env, arguments[1], &bytes)) return NULL;
  struct bpf_map *map = bpf_object__find_map_by_name(object->bpf, ".rodata");
  size_t size = 0;
  char *values = map ? bpf_map__initial_value(map, &size) : NULL;
  if (!values || bytes.length > size) {
    throw_text(env, "the object has %zu bytes of constants, not %zu", size, bytes.length);
    return NULL;
  }
  memcpy(values, bytes.at, bytes.length);
  return NULL;
}

napi_value load_object(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!read_arguments(env, info, arguments, 1)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  if (!object) return NULL;
  int error = bpf_object__load(object->bpf);
  if (error) throw_kernel_error(env, bpf_object__name(object->bpf), error);
  return NULL;
}

/* A place that is free; LINKS_MAX when none is. */
static size_t free_place(const struct object *object) {
  for (size_t i = 0; i < object->link_count; i++) {
    if (!object->links[i]) return i;
  }
  return object->link_count;
}

/* Takes over the link and gives its number, or throws for the error number that is left when there is none. */
static napi_value keep_link(napi_env env, struct object *object, struct bpf_program *program,
                            struct bpf_link *link) {
  napi_value number;
  if (!link) {
    throw_kernel_error(env, bpf_program__name(program), errno);
    return NULL;
  }
  size_t place = free_place(object);
  if (place == LINKS_MAX) {
    bpf_link__destroy(link);
    throw_text(env, "an object attaches to %d places at the most", LINKS_MAX);
    return NULL;
  }
  object->links[place] = link;
  if (place == object->link_count) object->link_count++;
  TRY(napi_create_uint32(env, (uint32_t)place, &number));
  return number;
}

napi_value detach_link(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  int64_t place = -1;
  if (!read_arguments(env, info, arguments, 2)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  if (!object || !read_integer(env, arguments[1], &place)) return NULL;
  if (place < 0 || (size_t)place >= object->link_count || !object->links[place]) {
    throw_text(env, "nothing is attached there");
    return NULL;
  }
  bpf_link__destroy(object->links[place]);
  object->links[place] = NULL;
  return NULL;
}

napi_value attach_program(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  if (!read_arguments(env, info, arguments, 2)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  struct bpf_program *program = read_program(env, object, arguments[1]);
  if (!program) return NULL;
  return keep_link(env, object, program, bpf_program__attach(program));
}

napi_value attach_uprobes(napi_env env, napi_callback_info info) {
  napi_value arguments[5];
  struct bytes offsets, cookies;
  char path[PATH_BYTES_MAX];
  if (!read_arguments(env, info, arguments, 5)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  struct bpf_program *program = read_program(env, object, arguments[1]);
  if (!program || !read_text(env, arguments[2], path, sizeof path) ||
      !read_bytes(env, arguments[3], &offsets) || !read_bytes(env, arguments[4], &cookies)) {
    return NULL;
  }
  size_t count = offsets.length / sizeof(uint64_t);
  if (count == 0 || count > UPROBES_MAX || offsets.length % sizeof(uint64_t) != 0 ||
      cookies.length != offsets.length) {
    throw_text(env, "1 to %d offsets are wanted, and as many cookies", UPROBES_MAX);
    return NULL;
  }
  /* Memory of JavaScript's may lie anywhere. */
  unsigned long copied[2][UPROBES_MAX];
  memcpy(copied[0], offsets.at, offsets.length);
  memcpy(copied[1], cookies.at, cookies.length);
  LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .offsets = copied[0],
              .cookies = (const __u64 *)(const void *)copied[1], .cnt = count, .retprobe = false);
  struct bpf_link *link = bpf_program__attach_uprobe_multi(program, -1, path, NULL, &options);
  return keep_link(env, object, program, link);
}

napi_value attach_perf_event(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  int64_t cpu = 0, frequency = 0;
  if (!read_arguments(env, info, arguments, 4)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  struct bpf_program *program = read_program(env, object, arguments[1]);
  if (!program || !read_integer(env, arguments[2], &cpu) ||
      !read_integer(env, arguments[3], &frequency)) {
    return NULL;
  }
  struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
                                       .size = sizeof attributes,
                                       .config = PERF_COUNT_SW_CPU_CLOCK,
                                       .freq = 1,
                                       .sample_freq = (uint64_t)frequency};
  long fd = syscall(SYS_perf_event_open, &attributes, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) {
    throw_kernel_error(env, "perf_event_open", errno);
    return NULL;
  }
  struct bpf_link *link = bpf_program__attach_perf_event(program, (int)fd);
  if (!link) {
    int error = errno;
    close((int)fd);
    errno = error;
  }
  return keep_link(env, object, program, link);
}

napi_value attach_iterator(napi_env env, napi_callback_info info) {
  napi_value arguments[2], number;
  if (!read_arguments(env, info, arguments, 2)) return NULL;
  struct object *object = read_object(env, arguments[0]);
  struct bpf_program *program = read_program(env, object, arguments[1]);
  if (!program) return NULL;
  struct bpf_link *link = bpf_program__attach_iter(program, NULL);
  int fd = link ? bpf_link__fd(link) : -1;
  keep_link(env, object, program, link);
  if (!link) return NULL;
  TRY(napi_create_int32(env, fd, &number));
  return number;
}

napi_value run_iterator(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  int64_t link = -1;
  char nothing[64];
  ssize_t length;
  if (!read_arguments(env, info, arguments, 1) || !read_integer(env, arguments[0], &link)) {
    return NULL;
  }
  clear_log();
  int fd = bpf_iter_create((int)link);
  if (fd < 0) {
    throw_kernel_error(env, "the iterator", fd);
    return NULL;
  }
  /* Its programs write into the ring, not here: one read goes over all elements. */
  do {
    length = read(fd, nothing, sizeof nothing);
  } while (length > 0 || (length < 0 && (errno == EINTR || errno == EAGAIN)));
  int error = length < 0 ? errno : 0;
  close(fd);
  if (error) throw_kernel_error(env, "the iterator", error);
  return NULL;
}

napi_value map_fd(napi_env env, napi_callback_info info) {
  napi_value arguments[2], number;
  if (!read_arguments(env, info, arguments, 2)) return NULL;
  struct bpf_map *map = read_map(env, read_object(env, arguments[0]), arguments[1]);
  if (!map) return NULL;
  int fd = bpf_map__fd(map);
  if (fd < 0) {
    throw_text(env, "the map %s is not loaded", bpf_map__name(map));
    return NULL;
  }
  TRY(napi_create_int32(env, fd, &number));
  return number;
}

napi_value close_object(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  if (!read_arguments(env, info, arguments, 1)) return NULL;
  struct object *object = any_object(env, arguments[0]);
  if (object) close_parts(object);
  return NULL;
}
