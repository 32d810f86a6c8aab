/**
 * Offsets and values of `bpf/record.h`, in bytes from the record's beginning. A test compiles the
 * header and compares.
 */
export const Kind = {
  exchange: 1,
  request: 2,
  answer: 3,
  connection: 4,
  fork: 5,
  exec: 6,
  exit: 7,
  frames: 8,
  placed: 9,
  listener: 10,
  usage: 32,
  victim: 33,
} as const;

export const Role = { unknown: 0, client: 1, server: 2 } as const;

export const Protocol = {
  unknown: 0,
  tls: 1,
  opaque: 2,
  own: 3,
  http1: 4,
  http2: 5,
  postgresql: 6,
  redis: 7,
  mysql: 8,
  mongodb: 9,
  kafka: 10,
  memcached: 11,
  rabbitmq: 12,
  nats: 13,
  cassandra: 14,
  dns: 15,
  clickhouse: 16,
} as const;

export const ExchangeFlag = {
  early: 1,
  unread: 2,
  unanswered: 4,
  failed: 8,
  one_way: 16,
  continues: 32,
  up_to: 64,
  reversed: 128,
  traced: 256,
  datagram: 512,
} as const;

export const ConnectionFlag = {
  opened: 1,
  closed: 2,
  refused: 4,
  reset: 8,
  reset_by_peer: 16,
} as const;

export const HEAD = { kind: 0, tgid: 4, at_ns: 8 } as const;

export const ENDS = {
  cookie: 16,
  netns: 24,
  local_port: 28,
  peer_port: 30,
  family: 32,
  role: 33,
  protocol: 34,
  secure: 35,
  local: 40,
  peer: 56,
} as const;

export const EXCHANGE = {
  duration_ns: 72,
  sequence: 80,
  request_bytes: 84,
  answer_bytes: 88,
  status: 92,
  flags: 94,
  code: 96,
  text_bytes: 104,
  answer_text_bytes: 106,
  commands: 108,
  parent_cookie: 112,
  parent_sequence: 120,
  text: 124,
} as const;

export const PLACED = { former_cookie: 72 } as const;

export const FRAMES = {
  is_request: 72,
  is_torn: 73,
  bytes: 74,
  sequence: 76,
  data: 80,
} as const;

export const CONNECTION = {
  sent_bytes: 72,
  received_bytes: 80,
  connect_ns: 88,
  rtt_us: 96,
  retransmits: 100,
  flags: 104,
  error: 106,
} as const;

export const LISTENER = { drops: 72, queue: 76, queue_max: 80 } as const;

export const PROCESS = {
  parent: 16,
  exit_code: 20,
  name: 24,
  file_bytes: 40,
  command_bytes: 44,
  text: 48,
} as const;

/** An exit's beginning is a process's. */
export const EXIT = { parent: 16, exit_code: 20, name: 24, usage: 40 } as const;

/** From `threads` on of a process's first thread alone. */
export const USAGE = {
  usage: 16,
  is_process: 80,
  threads: 84,
  files: 88,
  files_limit: 96,
  file_pages: 104,
  anonymous_pages: 112,
  swap_pages: 120,
  shared_pages: 128,
} as const;

export const VICTIM = { name: 16 } as const;

export const CODE_BYTES = 8;
export const TRACE_BYTES = 55;
export const NAME_BYTES = 16;
