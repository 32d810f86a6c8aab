/* The least program of each kind: loaded and attached one by one, to find out what the kernel allows. */
#include "kernel.h"

char licence[] SEC("license") = "GPL";

SEC("raw_tp/sys_enter")
int try_raw_tracepoint(void *context) { return 0; }

SEC("tracepoint/sched/sched_process_exit")
int try_tracepoint(void *context) { return 0; }

SEC("perf_event")
int try_perf_event(void *context) { return 0; }

SEC("kprobe/tcp_sendmsg")
int try_kprobe(void *context) { return 0; }

SEC("fentry/tcp_sendmsg")
int try_fentry(void *context) { return 0; }
