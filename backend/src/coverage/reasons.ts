import type { CoverageHole, CoverageSignal } from '../api/contract/index.ts';

interface Words {
  readonly why: string;
  readonly fix: string;
}

const TO_FILE = 'NAME >>/var/log/NAME.log 2>&1';
const SDK = 'export OTEL_SERVICE_NAME=NAME OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318';
const CHECK = 'sudo sonde agent --check';

/** What a reason means, and the line that closes the hole; `NAME` stands for its name. */
const WORDS: Readonly<Record<string, Words>> = {
  'metrics off': { why: 'the agent may not read what processes use here', fix: CHECK },
  'metrics hidden': { why: 'this kernel hides the process from who asks what it uses', fix: SDK },
  'metrics no_agent': {
    why: 'no agent runs where it runs',
    fix: 'sudo SONDE_AGENT_ENDPOINT=127.0.0.1:4317 sonde agent',
  },
  'logs pipe': { why: 'its output goes into a pipe that nobody writes down', fix: TO_FILE },
  'logs socket': {
    why: 'its output goes to a socket: the journal, or another program',
    fix: 'receivers: { journald: { storage: file_storage } }',
  },
  'logs terminal': { why: 'its output goes to a terminal', fix: TO_FILE },
  'logs null': { why: 'its output is thrown away (/dev/null)', fix: TO_FILE },
  'logs elsewhere': { why: 'it has no log file open, and prints to none', fix: TO_FILE },
  'logs off': {
    why: 'the agent does not look for logs',
    fix: 'receivers: { ebpf: { log_links: /var/lib/sonde/agent/links } }',
  },
  'logs no_agent': { why: 'neither an agent nor an SDK sends logs of it', fix: SDK },
  'requests tls': { why: 'the connection is encrypted by a library that is not read', fix: SDK },
  'requests tls_java': { why: "Java's own TLS is not read", fix: SDK },
  'requests tls_off': { why: 'this kernel is too old to look inside of TLS (6.6)', fix: CHECK },
  'requests unknown_protocol': {
    why: 'the protocol is none of those that are read; bytes and connections are',
    fix: SDK,
  },
  'traces no_spans': { why: 'it serves requests, and no span of them has come', fix: SDK },
};

const UNKNOWN: Words = { why: 'the agent gives a reason that this page does not know', fix: CHECK };

export function holeOf(
  signal: CoverageSignal,
  { reason, count, service }: { reason: string; count: number; service: string },
): CoverageHole {
  const { why, fix } = WORDS[`${signal} ${reason}`] ?? UNKNOWN;
  // A name in a command is one word.
  const word = /^[\w.-]+$/.test(service) ? service : 'my-service';
  return { signal, reason, count, why, fix: fix.replace(/\bNAME\b/g, word) };
}
