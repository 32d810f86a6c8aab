/*
 * What the programs write into the ring, in the order in which it happened on the host. Compiles for
 * the kernel and for the host; `src/records/layout.ts` has the same offsets, and a test compares them.
 */
#ifndef SONDE_RECORD_H
#define SONDE_RECORD_H

enum record_kind {
  /* A request and its answer, or a request that never got one. */
  RECORD_EXCHANGE = 1,
  /* A request sent while another was unanswered (pipelining); its answer is a record of its own. */
  RECORD_REQUEST = 2,
  RECORD_ANSWER = 3,
  /* What a connection did since its last record. */
  RECORD_CONNECTION = 4,
  RECORD_FORK = 5,
  RECORD_EXEC = 6,
  RECORD_EXIT = 7,
  /* Frames of HTTP/2. */
  RECORD_FRAMES = 8,
  /* The socket of a secure connection is known, of which there were records before. */
  RECORD_PLACED = 9,
  /* The queue of a listening socket. */
  RECORD_LISTENER = 10,
  /* What a thread has used; of a process's first thread with what the process has. */
  RECORD_USAGE = 32,
  /* A process is killed for want of memory. */
  RECORD_VICTIM = 33,
};

enum role { ROLE_UNKNOWN = 0, ROLE_CLIENT = 1, ROLE_SERVER = 2 };

/* From HTTP1 on they are followed. */
enum protocol {
  PROTOCOL_UNKNOWN = 0,
  PROTOCOL_TLS = 1,
  /* Looked at and not recognized: bytes alone from here on. */
  PROTOCOL_OPAQUE = 2,
  /* Belongs to the observer itself: nothing is recorded. */
  PROTOCOL_OWN = 3,
  PROTOCOL_HTTP1 = 4,
  PROTOCOL_HTTP2 = 5,
  PROTOCOL_POSTGRESQL = 6,
  PROTOCOL_REDIS = 7,
  PROTOCOL_MYSQL = 8,
  PROTOCOL_MONGODB = 9,
  PROTOCOL_KAFKA = 10,
  PROTOCOL_MEMCACHED = 11,
  PROTOCOL_RABBITMQ = 12,
  PROTOCOL_NATS = 13,
  PROTOCOL_CASSANDRA = 14,
  PROTOCOL_DNS = 15,
  PROTOCOL_CLICKHOUSE = 16,
};

enum exchange_flag {
  /* The answer was recorded before its request: two CPUs, one connection. */
  EXCHANGE_EARLY = 1,
  /* An answer came, but none that could be read. */
  EXCHANGE_UNREAD = 2,
  /* The connection closed before an answer. */
  EXCHANGE_UNANSWERED = 4,
  /* The answer says that the request failed (databases). */
  EXCHANGE_FAILED = 8,
  /* The last TRACE_BYTES of its text are the value of its header traceparent. */
  EXCHANGE_TRACED = 256,
  /* Nobody answers this: a message, or a request that wants no answer. */
  EXCHANGE_ONE_WAY = 16,
  /* The answer has begun here and ends in another record of its kind. */
  EXCHANGE_CONTINUES = 32,
  /* Of an answer: it answers everything up to its sequence number. */
  EXCHANGE_UP_TO = 64,
  /* Of what is one-way: the answering side said it. */
  EXCHANGE_REVERSED = 128,
  /* A datagram, of a socket that nobody sees closing. */
  EXCHANGE_DATAGRAM = 512,
};

enum connection_flag {
  CONNECTION_OPENED = 1,
  CONNECTION_CLOSED = 2,
  /* connect() failed: `error` says why. */
  CONNECTION_REFUSED = 4,
  /* This side reset it; or the other side did. */
  CONNECTION_RESET = 8,
  CONNECTION_RESET_BY_PEER = 16,
};

#define TEXT_BYTES_MAX 256
#define ANSWER_BYTES_MAX 256
#define CODE_BYTES 8
/* Version, trace, parent and flags: W3C trace context, 3.2. */
#define TRACE_BYTES 55
#define COMMAND_BYTES_MAX 512

struct record_head {
  u32 kind;
  /* Process: the task's thread group. 0 where nobody knows. */
  u32 tgid;
  /* CLOCK_MONOTONIC. Of an exchange: its first byte. */
  u64 at_ns;
};

/* Both ends as the recording side sees them: `local` is its own. */
struct endpoints {
  u64 cookie;
  u32 netns;
  u16 local_port;
  u16 peer_port;
  u8 family;
  u8 role;
  u8 protocol;
  /* `protocol` is spoken inside of TLS. */
  u8 secure;
  u8 reserved[4];
  /* IPv4 in the first four bytes. */
  u8 local[16];
  u8 peer[16];
};

struct exchange_record {
  struct record_head head;
  struct endpoints ends;
  /* First byte of the request to last byte of the answer. */
  u64 duration_ns;
  /* Which request of the connection, from 0; or what the protocol joins its answer by. */
  u32 sequence;
  u32 request_bytes;
  u32 answer_bytes;
  u16 status;
  u16 flags;
  /* PostgreSQL: SQLSTATE; Redis: the beginning of the error. */
  char code[CODE_BYTES];
  u16 text_bytes;
  u16 answer_text_bytes;
  /* Commands that were sent together and are this exchange. */
  u32 commands;
  /* The request that the asking thread was serving; 0 where nobody can say. */
  u64 parent_cookie;
  u32 parent_sequence;
  /* The beginning of the request as sent, `text_bytes` of it, and behind it the answer's. */
  char text[TEXT_BYTES_MAX + ANSWER_BYTES_MAX];
};

struct placed_record {
  struct record_head head;
  struct endpoints ends;
  /* Its number in the records before. */
  u64 former_cookie;
};

#define FRAMES_BYTES_MAX 2048

struct frames_record {
  struct record_head head;
  struct endpoints ends;
  /* From the asking side to the answering one. */
  u8 is_request;
  /* What is between the record before and this one, of this direction, is not known. */
  u8 is_torn;
  u16 bytes;
  /* Of this direction, from 0: what found the ring full is missed by the reader. */
  u32 sequence;
  /* Heads of frames, those of headers with their payload, which the next record may continue. */
  char data[FRAMES_BYTES_MAX];
};

struct connection_record {
  struct record_head head;
  struct endpoints ends;
  u64 sent_bytes;
  u64 received_bytes;
  /* From connect() until it was established or failed; 0 on the side that accepted. */
  u64 connect_ns;
  u32 rtt_us;
  u32 retransmits;
  u16 flags;
  u16 error;
  u32 reserved;
};

struct listener_record {
  struct record_head head;
  struct endpoints ends;
  /* Connections that it did not take since the last record. */
  u32 drops;
  /* Connections that wait to be accepted, and the most that may. */
  u32 queue;
  u32 queue_max;
  u32 reserved;
};

struct process_record {
  struct record_head head;
  u32 parent;
  /* As wait(2) has it: code << 8 | signal. */
  u32 exit_code;
  char name[16];
  u32 file_bytes;
  u32 command_bytes;
  /* Path of the executable, then arguments, each ended with a zero. */
  char text[COMMAND_BYTES_MAX + TEXT_BYTES_MAX];
};

/* Since it was started. */
struct task_usage {
  u64 run_ns;
  /* Ready to run, and waiting for a CPU. */
  u64 delay_ns;
  /* By ticks of the clock: how `run_ns` divides, roughly. */
  u64 user_ns;
  u64 system_ns;
  u64 minor_faults;
  u64 major_faults;
  /* From and to disks. */
  u64 read_bytes;
  u64 write_bytes;
};

/* A process record's beginning, and what all of its threads have used. */
struct exit_record {
  struct record_head head;
  u32 parent;
  u32 exit_code;
  char name[16];
  struct task_usage usage;
};

struct usage_record {
  struct record_head head;
  struct task_usage usage;
  u32 is_process;
  /* From here on of a process's first thread alone; with what ended threads have used. */
  u32 threads;
  u32 files;
  u32 reserved;
  u64 files_limit;
  s64 file_pages;
  s64 anonymous_pages;
  s64 swap_pages;
  s64 shared_pages;
};

struct victim_record {
  struct record_head head;
  char name[16];
};

#define DISK_SLOTS 11
#define DISK_BOUNDS_NS                                                                          \
  {                                                                                             \
    100000, 500000, 1000000, 5000000, 10000000, 50000000, 100000000, 500000000, 1000000000,     \
        5000000000                                                                              \
  }

struct disk_user {
  u32 tgid;
  u32 is_write;
};

/* How long requests of a process took, by `DISK_BOUNDS_NS`. */
struct disk_waits {
  u64 sum_ns;
  u64 slots[DISK_SLOTS];
};

enum counter {
  COUNT_RECORDS,
  /* Records that found the ring full. */
  COUNT_DROPPED,
  COUNT_UNREAD,
  COUNT_EARLY,
  /* Answers to no known request: those in flight when the agent started. */
  COUNT_UNPAIRED,
  COUNT_UNANSWERED,
  /* Buffers that could not be read: paged out, or of a system call that is not understood. */
  COUNT_UNREADABLE,
  /* All scratch memory of the CPU was in use. */
  COUNT_CONTENDED,
  /* No memory for a connection's state. */
  COUNT_UNTRACKED,
  COUNT_CONNECTIONS,
  /* Secure connections whose plaintext was seen. */
  COUNT_SESSIONS,
  COUNTERS,
};

#endif
