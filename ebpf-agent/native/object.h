/* A BPF object: its programs, maps and what they are attached to. */
#ifndef SONDE_OBJECT_H
#define SONDE_OBJECT_H

#include <node_api.h>

/* open(bytes, name): object. Parses; nothing is in the kernel yet. */
napi_value open_object(napi_env env, napi_callback_info info);
/* setAutoload(object, program, wanted): what is not wanted is not loaded. */
napi_value set_autoload(napi_env env, napi_callback_info info);
/* reuseMap(object, map, fd): the object's map becomes one that another object made. */
napi_value reuse_map(napi_env env, napi_callback_info info);
/* setMapSize(object, map, entries): instead of what was compiled in. */
napi_value set_map_size(napi_env env, napi_callback_info info);
/* setConstants(object, bytes): the beginning of .rodata, before loading. */
napi_value set_constants(napi_env env, napi_callback_info info);
/* load(object): creates the maps, has the programs verified. */
napi_value load_object(napi_env env, napi_callback_info info);
/* attach(object, program): to what its section names. */
napi_value attach_program(napi_env env, napi_callback_info info);
/*
 * attachUprobes(object, program, path, offsets, cookies): in a file, in every process, at once; 64-bit
 * numbers both, the cookies are given to the program. Never return probes. As all of the above and
 * below, the number of what was attached. Kernel 6.6.
 */
napi_value attach_uprobes(napi_env env, napi_callback_info info);
/* detach(object, number): alone; the rest stays. Of uprobes, a tenth of a second. */
napi_value detach_link(napi_env env, napi_callback_info info);
/* attachPerfEvent(object, program, cpu, frequency): the software CPU clock of one CPU. */
napi_value attach_perf_event(napi_env env, napi_callback_info info);
/* attachIterator(object, program): a number for runIterator. */
napi_value attach_iterator(napi_env env, napi_callback_info info);
/* runIterator(number): runs the program once for each element. */
napi_value run_iterator(napi_env env, napi_callback_info info);
/* mapFd(object, map): number, valid until the object is closed. */
napi_value map_fd(napi_env env, napi_callback_info info);
/* close(object): detaches and unloads everything; a second call does nothing. */
napi_value close_object(napi_env env, napi_callback_info info);

#endif
