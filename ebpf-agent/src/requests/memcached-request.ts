import { ExchangeFlag } from '../records/layout.ts';
import type { Meaning } from './meaning.ts';
import type { ProtocolExchange } from './request-protocol.ts';

const BINARY = 0x80;

/** Commands of the binary protocol; their quiet kinds have the same names. */
const BINARY_NAMES: readonly string[] = [
  ...['GET', 'SET', 'ADD', 'REPLACE', 'DELETE', 'INCR', 'DECR', 'QUIT', 'FLUSH_ALL', 'GET'],
  ...['NOOP', 'VERSION', 'GET', 'GET', 'APPEND', 'PREPEND', 'STATS', 'SET', 'ADD', 'REPLACE'],
  ...['DELETE', 'INCR', 'DECR', 'QUIT', 'FLUSH_ALL', 'APPEND', 'PREPEND', 'VERBOSITY', 'TOUCH'],
  ...['GAT', 'GAT'],
];

/** The command without keys and values. */
export function memcachedEssence(text: string): string {
  return text.charCodeAt(0) === BINARY ? text.slice(0, 2) : (/^[a-z_]{1,16}/.exec(text)?.[0] ?? '');
}

/** As `memcachedEssence` gives it. */
export function memcachedRequest(essence: string): Meaning {
  const isBinary = essence.charCodeAt(0) === BINARY;
  const operation = isBinary
    ? (BINARY_NAMES[essence.charCodeAt(1)] ?? '_OTHER')
    : essence.toUpperCase();
  return { operation, target: '', text: '' };
}

/** `CLIENT_ERROR`, `SERVER_ERROR`, `ERROR`, or the binary protocol's status. */
export function memcachedError({ code, status, flags }: ProtocolExchange): string {
  if ((flags & ExchangeFlag.failed) === 0) return '';
  if (code.startsWith('CLIENT_')) return 'CLIENT_ERROR';
  if (code.startsWith('SERVER_')) return 'SERVER_ERROR';
  return status > 0 ? `0x${status.toString(16).padStart(4, '0')}` : 'ERROR';
}
