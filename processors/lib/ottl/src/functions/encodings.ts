import type { FunctionDefinition } from '../compile/function-definition.ts';
import { CompileError, EvaluationError } from '../errors.ts';
import { goType, type Value } from '../value/value.ts';
import { BASE64_VARIANTS, decodeBase64, encodeBase64 } from './base64-text.ts';
import { charsetDecoder } from './charset.ts';
import { converter } from './define.ts';

type Decoder = (bytes: Buffer) => string;

const encode = converter('Base64Encode', ['target', 'variant?'], (args) => {
  const target = args.string('target');
  const variant = args.has('variant') ? args.string('variant') : () => 'base64';
  return (cursor) => {
    const bytes = Buffer.from(target(cursor));
    const name = variant(cursor);
    const form = BASE64_VARIANTS.get(name);
    if (form === undefined) throw new EvaluationError(`unsupported base64 variant: ${name}`);
    return encodeBase64(bytes, form);
  };
});

function decoderOf(name: string): Decoder | { refusal: string } {
  const form = BASE64_VARIANTS.get(name);
  if (form === undefined) return charsetDecoder(name);
  return (bytes) => decodeBase64(bytes.toString('latin1'), form).toString();
}

/** Text stands for its UTF-8. */
function encodedBytes(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value);
  const type = value === null ? '<nil>' : goType(value);
  throw new EvaluationError(`unsupported type provided to Decode function: ${type}`);
}

const decode = converter('Decode', ['target', 'encoding'], (args) => {
  const target = args.value('target');
  const { literal } = args.compiled('encoding');
  const encoding = args.string('encoding');
  if (typeof literal === 'string') {
    const decoder = decoderOf(literal);
    if (typeof decoder !== 'function') throw new CompileError(decoder.refusal);
    return (cursor) => decoder(encodedBytes(target(cursor)));
  }
  return (cursor) => {
    const bytes = encodedBytes(target(cursor));
    const decoder = decoderOf(encoding(cursor));
    if (typeof decoder !== 'function') throw new EvaluationError(decoder.refusal);
    return decoder(bytes);
  };
});

export const ENCODINGS: readonly FunctionDefinition[] = [encode, decode];
