/*
 * Every process from its first moment to its last: one that lives for a millisecond is named too.
 * Threads are not processes.
 */
#include "usage.h"

char licence[] SEC("license") = "GPL";

#define RECORD_HEAD_BYTES __builtin_offsetof(struct process_record, text)

static __always_inline void begin(struct process_record *record, u32 kind, u32 tgid, u32 parent) {
  record->head.kind = kind;
  record->head.tgid = tgid;
  record->head.at_ns = bpf_ktime_get_ns();
  record->parent = parent;
  record->exit_code = 0;
  record->file_bytes = 0;
  record->command_bytes = 0;
}

static __always_inline void write_short(u32 kind, struct task_struct *task, u32 parent) {
  struct process_record *record;
  char room[RECORD_HEAD_BYTES] __attribute__((aligned(8))) = {};
  record = (struct process_record *)room;
  begin(record, kind, task->tgid, parent);
  bpf_probe_read_kernel(record->name, sizeof record->name, task->comm);
  write_record(record, RECORD_HEAD_BYTES);
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(forked, struct task_struct *parent, struct task_struct *child) {
  u32 tgid = child->tgid, parent_tgid = parent->tgid;
  u8 yes = 1;
  if (child->pid != child->tgid) return 0;
  if (is_own(parent_tgid)) bpf_map_update_elem(&own_processes, &tgid, &yes, BPF_ANY);
  write_short(RECORD_FORK, child, parent_tgid);
  return 0;
}

/* The arguments as the kernel laid them out: behind the path, each ended with a zero. */
static __always_inline u32 copy_command(struct process_record *record, struct task_struct *task,
                                        u32 file_bytes) {
  u64 from = BPF_CORE_READ(task, mm, arg_start), to = BPF_CORE_READ(task, mm, arg_end);
  u64 length = to > from ? to - from : 0, at = file_bytes;
  if (length > COMMAND_BYTES_MAX - 1) length = COMMAND_BYTES_MAX - 1;
  asm volatile("" : "+r"(length), "+r"(at));
  length &= COMMAND_BYTES_MAX - 1;
  at &= TEXT_BYTES_MAX - 1;
  if (!length || bpf_probe_read_user(record->text + at, length, (const void *)from)) return 0;
  return length;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task, int old_pid, struct linux_binprm *program) {
  struct process_record *record = bpf_ringbuf_reserve(&ring, sizeof *record, 0);
  if (!record) {
    count(COUNT_DROPPED);
    return 0;
  }
  begin(record, RECORD_EXEC, task->tgid, BPF_CORE_READ(task, real_parent, tgid));
  bpf_probe_read_kernel(record->name, sizeof record->name, task->comm);
  const char *file = BPF_CORE_READ(program, filename);
  long length = bpf_probe_read_kernel_str(record->text, TEXT_BYTES_MAX - 1, file);
  record->file_bytes = length > 0 ? length : 0;
  record->command_bytes = copy_command(record, task, record->file_bytes);
  /* It is looked at where the kernel keeps it, for as long as it lives. */
  bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
  count(COUNT_RECORDS);
  return 0;
}

/*
 * A process ends with its last thread: others may go on when the first one is over. Its threads'
 * usage is in the process's by then, apart from this one's and the first one's.
 */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(exited, struct task_struct *task) {
  struct task_struct___usage *own = (void *)task;
  struct signal_struct___usage *signal = own->signal;
  struct exit_record record = {};
  u32 tgid = task->tgid;
  if (!signal || signal->live.counter > 0) return 0;
  record.head.kind = RECORD_EXIT;
  record.head.tgid = tgid;
  record.head.at_ns = bpf_ktime_get_ns();
  record.parent = BPF_CORE_READ(task, real_parent, tgid);
  record.exit_code = signal->group_exit_code;
  if (!record.exit_code) record.exit_code = task->exit_code;
  bpf_probe_read_kernel(record.name, sizeof record.name, task->comm);
  add_ended(&record.usage, signal);
  add_task(&record.usage, own);
  if (own->group_leader && own->pid != own->tgid) add_task(&record.usage, own->group_leader);
  write_record(&record, sizeof record);
  bpf_map_delete_elem(&own_processes, &tgid);
  return 0;
}
