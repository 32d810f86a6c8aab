/** TCP states by their number in the kernel (`include/net/tcp_states.h`), named as upstream does. */
const STATE_BY_NUMBER: ReadonlyMap<string, string> = new Map([
  ['01', 'ESTABLISHED'],
  ['02', 'SYN_SENT'],
  ['03', 'SYN_RECV'],
  ['04', 'FIN_WAIT_1'],
  ['05', 'FIN_WAIT_2'],
  ['06', 'TIME_WAIT'],
  ['07', 'CLOSE'],
  ['08', 'CLOSE_WAIT'],
  ['09', 'LAST_ACK'],
  ['0A', 'LISTEN'],
  ['0B', 'CLOSING'],
  // A request socket shown apart from its listener: a SYN_RECV for whoever looks.
  ['0C', 'SYN_RECV'],
]);

// `  12: 0100007F:1F90 00000000:0000 0A ...`; IPv6 addresses have 32 digits.
const ENTRY = /^\s*\d+: [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) /;

/**
 * Counts connections by state in /proc/<pid>/net/tcp and tcp6, piece by piece: a busy host has
 * hundreds of thousands of lines, and none of them is kept.
 */
export class TcpStateCounter {
  readonly #counts: Map<string, number> = new Map(
    [...STATE_BY_NUMBER.values()].map((state) => [state, 0]),
  );
  #rest = '';

  /** Takes the next piece of a file; pieces may end in the middle of a line. */
  push(piece: string): void {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#count(line);
  }

  /** The file is at its end: the next piece begins a line. */
  endFile(): void {
    this.#count(this.#rest);
    this.#rest = '';
  }

  /** Every state, those without a connection too. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  #count(line: string): void {
    const number = ENTRY.exec(line)?.[1];
    const state = number === undefined ? undefined : STATE_BY_NUMBER.get(number);
    if (state !== undefined) this.#counts.set(state, (this.#counts.get(state) ?? 0) + 1);
  }
}
