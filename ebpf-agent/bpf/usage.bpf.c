/*
 * What every thread has used, when the reader asks: one walk over all tasks in the kernel costs less
 * than reading one file of /proc for each.
 */
#include "usage.h"

char licence[] SEC("license") = "GPL";

/* Words of a table of open files that are looked at in one step, and steps: a million files. */
#define WORDS 32
#define STEPS_MAX 512
#define BITS 64

struct counting {
  unsigned long *open_fds;
  u32 words;
  u32 files;
};

static __always_inline u32 ones(u64 word) {
  word -= (word >> 1) & 0x5555555555555555ull;
  word = (word & 0x3333333333333333ull) + ((word >> 2) & 0x3333333333333333ull);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0full;
  return (word * 0x0101010101010101ull) >> 56;
}

static long count_files(u32 step, struct counting *counting) {
  u64 words[WORDS] = {};
  u32 from = step * WORDS, left = counting->words > from ? counting->words - from : 0;
  if (!left) return 1;
  if (left > WORDS) left = WORDS;
  asm volatile("" : "+r"(left));
  left &= 2 * WORDS - 1;
  if (left > WORDS) return 1;
  if (bpf_probe_read_kernel(words, left * sizeof words[0], counting->open_fds + from)) return 1;
  for (u32 i = 0; i < WORDS; i++) counting->files += ones(words[i]);
  return 0;
}

static __always_inline u32 open_files(struct task_struct___usage *task) {
  struct counting counting = {};
  struct files_struct___usage *files = task->files;
  if (!files) return 0;
  counting.open_fds = BPF_CORE_READ(files, fdt, open_fds);
  counting.words = BPF_CORE_READ(files, fdt, max_fds) / BITS;
  bpf_loop(STEPS_MAX, count_files, &counting, 0);
  return counting.files;
}

static __always_inline void add_process(struct usage_record *record,
                                        struct task_struct___usage *task) {
  struct signal_struct___usage *signal = task->signal;
  struct mm_struct___usage *mm = task->mm;
  if (signal) {
    add_ended(&record->usage, signal);
    record->threads = signal->nr_threads;
    record->files_limit = signal->rlim[RLIMIT_NOFILE].rlim_cur;
  }
  if (mm) {
    record->file_pages = mm->rss_stat[RSS_FILE].count;
    record->anonymous_pages = mm->rss_stat[RSS_ANONYMOUS].count;
    record->swap_pages = mm->rss_stat[RSS_SWAP].count;
    record->shared_pages = mm->rss_stat[RSS_SHARED].count;
  }
  record->files = open_files(task);
}

SEC("iter/task")
int report_tasks(struct bpf_iter__task *context) {
  struct task_struct___usage *task = context->task;
  struct usage_record record = {};
  if (!task || task->flags & PF_KTHREAD) return 0;
  u32 is_process = task->pid == task->tgid;
  record.head.kind = RECORD_USAGE;
  record.head.tgid = task->tgid;
  record.head.at_ns = bpf_ktime_get_ns();
  record.is_process = is_process;
  add_task(&record.usage, task);
  if (is_process) add_process(&record, task);
  write_record(&record, is_process ? sizeof record : __builtin_offsetof(struct usage_record, threads));
  return 0;
}
