/* Processes that the kernel kills for want of memory. */
#include "maps.h"

char licence[] SEC("license") = "GPL";

SEC("tp_btf/mark_victim")
int BPF_PROG(out_of_memory, struct task_struct *task) {
  struct victim_record record = {};
  record.head.kind = RECORD_VICTIM;
  record.head.tgid = task->tgid;
  record.head.at_ns = bpf_ktime_get_ns();
  bpf_probe_read_kernel(record.name, sizeof record.name, task->comm);
  write_record(&record, sizeof record);
  return 0;
}
