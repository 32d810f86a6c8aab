import type { ElfFile } from './elf-file.ts';
import { type CodePlace, findFunctions, findRustFunctions } from './elf-symbols.ts';
import { returnsOf } from './function-returns.ts';
import { findGoFunctions } from './go-functions.ts';

/** `enum call` of `bpf/secure.h`: how a function is called. */
export const Call = {
  writes: 1,
  counts: 2,
  go: 4,
  long: 8,
  ends: 16,
  frees: 32,
  rust: 64,
  chunks: 128,
} as const;

/** Where in a file the program is attached. */
export interface ProbePoint {
  /** From the beginning of the file. */
  readonly offset: number;
  /** What is called there, or ends there. */
  readonly call: number;
}

export interface ProbePoints {
  readonly points: readonly ProbePoint[];
  /** Why what encrypts cannot be probed. */
  readonly refused: string | undefined;
}

const { writes, counts, go, long, ends, frees, rust, chunks } = Call;

/** Functions of libraries that are called with their object, a buffer and its length. */
const C_FUNCTIONS: Readonly<Record<string, number>> = {
  SSL_read: 0,
  SSL_write: writes,
  SSL_read_ex: counts,
  SSL_write_ex: counts | writes,
  SSL_free: frees,
  gnutls_record_recv: long,
  gnutls_record_send: long | writes,
  // What the one before ends with, through a table that only the linker fills.
  gnutls_record_send2: long | writes,
  gnutls_deinit: frees,
};

const GO_FUNCTIONS: Readonly<Record<string, number>> = {
  'crypto/tls.(*Conn).Read': go,
  'crypto/tls.(*Conn).Write': go | writes,
};

/** Of rustls, as they stand in Rust's names, of which the rest differs by compiler and build. */
const RUST_FUNCTIONS: Readonly<Record<string, number>> = {
  '11CommonState23take_received_plaintext': rust,
  '11CommonState16buffer_plaintext': rust | long | writes | chunks,
  // Until 0.22.
  '11CommonState19send_some_plaintext': rust | long | writes,
};

/** Where to attach to see the plaintext of what a program or library encrypts; no points: it has nothing. */
export function probePointsOf(elf: ElfFile): ProbePoints {
  const points: ProbePoint[] = [];
  const missed: string[] = [];
  const add = (
    found: ReadonlyMap<string, CodePlace>,
    functions: Readonly<Record<string, number>>,
  ): void => {
    for (const [name, place] of found) {
      const wanted = functions[name];
      const ofFunction = wanted === undefined ? [] : pointsOf(elf, place, wanted);
      if (ofFunction === undefined) missed.push(name);
      else points.push(...ofFunction);
    }
  };
  add(findFunctions(elf, Object.keys(C_FUNCTIONS)), C_FUNCTIONS);
  add(findGoFunctions(elf, Object.keys(GO_FUNCTIONS)), GO_FUNCTIONS);
  add(findRustFunctions(elf, Object.keys(RUST_FUNCTIONS)), RUST_FUNCTIONS);
  const isWhole = hasBoth(points);
  return { points: isWhole ? points : [], refused: isWhole ? undefined : refusal(missed, points) };
}

function refusal(missed: readonly string[], points: readonly ProbePoint[]): string | undefined {
  if (missed.length > 0) return `${missed.join(', ')} cannot be read as code`;
  const isHalf = points.some(({ call }) => (call & frees) === 0);
  return isHalf
    ? 'what reads or what writes is no function by name (rustls before 0.23)'
    : undefined;
}

/** One direction alone has no exchanges. */
function hasBoth(points: readonly ProbePoint[]): boolean {
  const has = (isWrite: boolean): boolean =>
    points.some(({ call }) => {
      const isWhole = (call & ends) !== 0 || isReadAtOnce(call);
      return isWhole && ((call & writes) !== 0) === isWrite;
    });
  return has(true) && has(false);
}

/** What rustls decrypted is there when the function begins. */
function isReadAtOnce(call: number): boolean {
  return (call & (rust | writes)) === rust;
}

/** Undefined when its returns cannot be found. */
function pointsOf(elf: ElfFile, place: CodePlace, call: number): readonly ProbePoint[] | undefined {
  const offset = elf.codeOffset(place.address);
  if (offset === undefined) return undefined;
  // There is nothing to know at its end.
  if (call & frees || isReadAtOnce(call)) return [{ offset, call }];
  const returns = returnsOf(elf, place) ?? [];
  const found = returns.flatMap((address): readonly ProbePoint[] => {
    const at = elf.codeOffset(address);
    return at === undefined ? [] : [{ offset: at, call: call | ends }];
  });
  return found.length === 0 ? undefined : [{ offset, call }, ...found];
}
