import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the limiter knows of its process; replaced where a test decides how full memory is. */
export interface ProcessMemory {
  /** Bytes in use. */
  used(): number;
  /** Bytes that there are for this process. */
  total(): number;
  /** Frees what nobody holds; blocks meanwhile. */
  collect(): void;
  /** Frees what was made lately and nobody holds: a few milliseconds. */
  collectYoung(): void;
}

/**
 * Memory of this process: what JavaScript holds, buffers outside its heap included, and what the
 * program itself took before there was data. The heap alone would miss the requests; resident memory
 * would count what was freed and not given back to the system, which no refusal makes less.
 */
export const PROCESS_MEMORY: ProcessMemory = {
  used: () => {
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    besides ??= Math.max(0, rss - heapTotal - external);
    return besides + heapUsed + external;
  },
  total: () => {
    const constrained = process.constrainedMemory();
    const all = totalmem();
    return constrained > 0 && constrained < all ? constrained : all;
  },
  collect: () => garbageCollector()(),
  collectYoung: () => garbageCollector()({ type: 'minor' }),
};

/** Code, and the memory of libraries: resident and not JavaScript's at the first look. */
let besides: number | undefined;

type Collector = (options?: { readonly type: 'minor' }) => void;
let collector: Collector | undefined;

/** V8's, which a flag brings into contexts that are made after it is set. */
function garbageCollector(): Collector {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    const exposed: unknown = runInNewContext('gc');
    collector = typeof exposed === 'function' ? (options) => void exposed(options) : () => {};
  }
  return collector;
}
