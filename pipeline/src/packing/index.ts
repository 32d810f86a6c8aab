/**
 * The one home of compression, both ways, beside the path: receivers unpack what came in, exporters
 * pack what goes out.
 *
 * In: bytes and the name of a packing. Out: the other bytes, or a refusal that says whether they were
 * corrupt, too many, or too many just now. Never: holds the event loop for long; unpacks beyond the
 * limit that it is given; looks into the bytes.
 */
export * from './pack.ts';
export type { Packing } from './packing.ts';
export * from './unpack.ts';
