/*
 * Node-API addon over libbpf: loads BPF objects into the kernel, attaches their programs, reads what
 * they write. Every call is synchronous and short; only a ring calls back into JavaScript, when a
 * program woke its reader.
 *
 *   object.c   objects, programs and what they are attached to
 *   map.c      entries of maps
 *   ring.c     the ring buffer, drained in batches into memory of JavaScript's
 *   waker.c    tells that a program woke the reader of a ring
 *   memory.c   memory that the C library keeps for later
 *   log.c      what libbpf and the verifier said about the call that failed
 *   elf/       stands in for libelf and zlib, so that the addon needs libc alone
 *
 * Nothing is pinned: all that a process loaded is gone when it ends, by whatever signal. Maps and
 * links live as long as their object; a file descriptor of a map is JavaScript's to use, not to close.
 */
#include <node_api.h>

#include "log.h"
#include "map.h"
#include "memory.h"
#include "node-values.h"
#include "object.h"
#include "ring.h"

#ifndef SONDE_SOURCE_HASH
#define SONDE_SOURCE_HASH "unknown"
#endif

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"open", NULL, open_object, NULL, NULL, NULL, napi_enumerable, NULL},
      {"setAutoload", NULL, set_autoload, NULL, NULL, NULL, napi_enumerable, NULL},
      {"reuseMap", NULL, reuse_map, NULL, NULL, NULL, napi_enumerable, NULL},
      {"setMapSize", NULL, set_map_size, NULL, NULL, NULL, napi_enumerable, NULL},
      {"setConstants", NULL, set_constants, NULL, NULL, NULL, napi_enumerable, NULL},
      {"load", NULL, load_object, NULL, NULL, NULL, napi_enumerable, NULL},
      {"attach", NULL, attach_program, NULL, NULL, NULL, napi_enumerable, NULL},
      {"attachUprobes", NULL, attach_uprobes, NULL, NULL, NULL, napi_enumerable, NULL},
      {"detach", NULL, detach_link, NULL, NULL, NULL, napi_enumerable, NULL},
      {"attachPerfEvent", NULL, attach_perf_event, NULL, NULL, NULL, napi_enumerable, NULL},
      {"attachIterator", NULL, attach_iterator, NULL, NULL, NULL, napi_enumerable, NULL},
      {"runIterator", NULL, run_iterator, NULL, NULL, NULL, napi_enumerable, NULL},
      {"mapFd", NULL, map_fd, NULL, NULL, NULL, napi_enumerable, NULL},
      {"close", NULL, close_object, NULL, NULL, NULL, napi_enumerable, NULL},
      {"cpuCount", NULL, cpu_count, NULL, NULL, NULL, napi_enumerable, NULL},
      {"lookup", NULL, lookup_entry, NULL, NULL, NULL, napi_enumerable, NULL},
      {"update", NULL, update_entry, NULL, NULL, NULL, napi_enumerable, NULL},
      {"remove", NULL, remove_entry, NULL, NULL, NULL, napi_enumerable, NULL},
      {"nextKey", NULL, next_key, NULL, NULL, NULL, napi_enumerable, NULL},
      {"openRing", NULL, open_ring, NULL, NULL, NULL, napi_enumerable, NULL},
      {"drain", NULL, drain_ring, NULL, NULL, NULL, napi_enumerable, NULL},
      {"heedRing", NULL, heed_ring, NULL, NULL, NULL, napi_enumerable, NULL},
      {"ringLag", NULL, ring_lag, NULL, NULL, NULL, napi_enumerable, NULL},
      {"trimMemory", NULL, trim_memory, NULL, NULL, NULL, napi_enumerable, NULL},
      {"closeRing", NULL, close_ring, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value hash;
  take_log();
  TRY(napi_define_properties(env, exports, sizeof functions / sizeof *functions, functions));
  TRY(napi_create_string_utf8(env, SONDE_SOURCE_HASH, NAPI_AUTO_LENGTH, &hash));
  TRY(napi_set_named_property(env, exports, "sourceHash", hash));
  return exports;
}
