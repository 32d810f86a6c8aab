/*
 * What a task has used, as far as the programs look: the kernel's structures under names of our own
 * (CO-RE leaves out what follows three underscores).
 */
#ifndef SONDE_USAGE_H
#define SONDE_USAGE_H

#include "maps.h"

#define PF_KTHREAD 0x00200000
#define RLIMIT_NOFILE 7

enum rss_kind { RSS_FILE = 0, RSS_ANONYMOUS = 1, RSS_SWAP = 2, RSS_SHARED = 3, RSS_KINDS = 4 };

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_io_accounting___usage {
  u64 read_bytes;
  u64 write_bytes;
};

struct sched_info___usage {
  unsigned long long run_delay;
};

struct sched_entity___usage {
  u64 sum_exec_runtime;
};

struct rlimit___usage {
  unsigned long rlim_cur;
};

struct signal_struct___usage {
  atomic_t live;
  int nr_threads;
  int group_exit_code;
  u64 utime;
  u64 stime;
  unsigned long min_flt;
  unsigned long maj_flt;
  struct task_io_accounting___usage ioac;
  unsigned long long sum_sched_runtime;
  struct rlimit___usage rlim[16];
};

struct percpu_counter___usage {
  s64 count;
};

struct mm_struct___usage {
  struct percpu_counter___usage rss_stat[RSS_KINDS];
};

struct fdtable___usage {
  unsigned int max_fds;
  unsigned long *open_fds;
};

struct files_struct___usage {
  struct fdtable___usage *fdt;
};

struct task_struct___usage {
  unsigned int flags;
  int pid;
  int tgid;
  u64 utime;
  u64 stime;
  u64 start_boottime;
  unsigned long min_flt;
  unsigned long maj_flt;
  struct sched_entity___usage se;
  struct sched_info___usage sched_info;
  struct task_io_accounting___usage ioac;
  struct signal_struct___usage *signal;
  struct mm_struct___usage *mm;
  struct files_struct___usage *files;
  struct task_struct___usage *group_leader;
};

struct bpf_iter__task {
  struct bpf_iter_meta *meta;
  struct task_struct___usage *task;
};

#pragma clang attribute pop

/* Of one thread. What the kernel was built without stays 0. */
static __always_inline void add_task(struct task_usage *usage, struct task_struct___usage *task) {
  usage->run_ns += task->se.sum_exec_runtime;
  usage->user_ns += task->utime;
  usage->system_ns += task->stime;
  usage->minor_faults += task->min_flt;
  usage->major_faults += task->maj_flt;
  if (bpf_core_field_exists(task->sched_info.run_delay)) {
    usage->delay_ns += task->sched_info.run_delay;
  }
  if (bpf_core_field_exists(task->ioac.read_bytes)) {
    usage->read_bytes += task->ioac.read_bytes;
    usage->write_bytes += task->ioac.write_bytes;
  }
}

/* Of the threads that ended; how long those waited for a CPU is known to nobody. */
static __always_inline void add_ended(struct task_usage *usage, struct signal_struct___usage *signal) {
  usage->run_ns += signal->sum_sched_runtime;
  usage->user_ns += signal->utime;
  usage->system_ns += signal->stime;
  usage->minor_faults += signal->min_flt;
  usage->major_faults += signal->maj_flt;
  if (bpf_core_field_exists(signal->ioac.read_bytes)) {
    usage->read_bytes += signal->ioac.read_bytes;
    usage->write_bytes += signal->ioac.write_bytes;
  }
}

#endif
