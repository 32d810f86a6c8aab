import type { FunctionDefinition } from '../compile/function-definition.ts';
import { bytesLike } from '../compile/typed-getters.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { type IdKind, IdValue } from '../value/value.ts';
import { converter } from './define.ts';

/** `TraceID` and its like: bytes of that length, or hex of twice that. */
function idConverter(kind: IdKind, size: number): FunctionDefinition {
  return converter(kind, ['target'], (args) => {
    const { literal } = args.compiled('target');
    const target = args.bytesLike('target');
    if (literal === undefined) return (cursor) => parseId(kind, size, target(cursor));
    const id = literalId(kind, size, bytesLike(literal));
    return () => id;
  });
}

function parseId(kind: IdKind, size: number, given: Uint8Array | null): IdValue {
  const bytes = given ?? new Uint8Array();
  if (bytes.length === size) return new IdValue(kind, bytes);
  if (bytes.length !== size * 2) {
    throw new EvaluationError(
      `${kind}: could not decode ID: invalid length: expected ${size} or ${size * 2} bytes, got ${bytes.length}`,
    );
  }
  const text = Buffer.from(bytes).toString('latin1');
  const wrong = /[^0-9a-fA-F]/.exec(text)?.[0];
  if (wrong !== undefined) {
    const code = wrong.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw new EvaluationError(
      `${kind}: could not decode ID: invalid hex: encoding/hex: invalid byte: U+${code} '${wrong}'`,
    );
  }
  return new IdValue(kind, Buffer.from(text, 'hex'));
}

/** A wrong id in the text of a statement refuses it. */
function literalId(kind: IdKind, size: number, bytes: Uint8Array | null): IdValue {
  try {
    return parseId(kind, size, bytes);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new CompileError(error.message, undefined, { cause: error });
  }
}

export const IDS: readonly FunctionDefinition[] = [
  idConverter('TraceID', 16),
  idConverter('SpanID', 8),
  idConverter('ProfileID', 16),
];
