import { z } from 'zod';
import { fieldOr } from '../config-fields.ts';
import type { Entry } from '../entry.ts';
import type { Field } from '../field.ts';
import { OperatorError } from '../operator-error.ts';
import type { Transform } from '../transform.ts';
import { valueText } from '../value-text.ts';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

interface TraceShape {
  readonly trace_id: z.ZodType<{ readonly parse_from: Field }>;
  readonly span_id: z.ZodType<{ readonly parse_from: Field }>;
  readonly trace_flags: z.ZodType<{ readonly parse_from: Field }>;
}

function part(initial: string): z.ZodType<{ readonly parse_from: Field }> {
  return z.preprocess((raw) => raw ?? {}, z.strictObject({ parse_from: fieldOr(initial) }));
}

/** Where the ids stand, with upstream's defaults. */
export const TRACE: TraceShape = {
  trace_id: part('body.trace_id'),
  span_id: part('body.span_id'),
  trace_flags: part('body.trace_flags'),
};

export interface TraceConfig {
  readonly trace_id: { readonly parse_from: Field };
  readonly span_id: { readonly parse_from: Field };
  readonly trace_flags: { readonly parse_from: Field };
}

/** The section `trace`. */
export function traceSection(): z.ZodType<Transform> {
  return z.preprocess((raw) => raw ?? {}, z.strictObject(TRACE).transform(trace));
}

/** Reads hex ids and flags; what is not there stays as it was. */
export function trace(config: TraceConfig): Transform {
  return (entry) => {
    const problems: string[] = [];
    const read = (name: string, from: Field, bytes: number): Buffer | undefined => {
      const id = hexOf(entry, from);
      if (id === undefined) return undefined;
      if (id.length === bytes) return id;
      problems.push(`${name}: ${id.length} bytes of hex, it has ${bytes}`);
      return undefined;
    };
    const traceId = read('trace_id', config.trace_id.parse_from, TRACE_ID_BYTES);
    const spanId = read('span_id', config.span_id.parse_from, SPAN_ID_BYTES);
    const flags = read('trace_flags', config.trace_flags.parse_from, 1);
    entry.traceId = traceId ?? entry.traceId;
    entry.spanId = spanId ?? entry.spanId;
    entry.flags = flags?.[0] ?? entry.flags;
    if (problems.length > 0) {
      throw new OperatorError(`Error decoding traces for logs: ${problems.join('; ')}`);
    }
  };
}

/** Undefined where the field is not there; bytes of another length where it is no hex. */
function hexOf(entry: Entry, from: Field): Buffer | undefined {
  const value = from.get(entry);
  if (value === undefined || value === null || value === '') return undefined;
  const text = valueText(value);
  return /^(?:[0-9a-fA-F]{2})+$/.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
}
