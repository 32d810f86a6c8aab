import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { CompileError } from '../errors.ts';

/**
 * `truncate_all(target, limit, utf8_safe?, truncation_marker?)`: text of at most so many bytes, the
 * marker among them. It is cut before a character and not in it, whatever `utf8_safe` says: half a
 * character is no text here.
 */
export const truncateAll: FunctionDefinition = {
  name: 'truncate_all',
  parameters: ['target', 'limit', 'utf8_safe?', 'truncation_marker?'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const most = args.literalInt('limit');
    if (most < 0n) {
      throw new CompileError(`invalid limit for truncate_all function, ${most} cannot be negative`);
    }
    if (args.has('utf8_safe')) args.literalBool('utf8_safe');
    const marker = args.has('truncation_marker') ? args.literalString('truncation_marker') : '';
    const markerBytes = Buffer.byteLength(marker);
    if (BigInt(markerBytes) > most) {
      throw new CompileError(
        'invalid truncation marker for truncate_all function, ' +
          `length of marker ${markerBytes} cannot be greater than limit ${most}`,
      );
    }
    const lengths = { bytesMax: Number(most), keptBytesMax: Number(most) - markerBytes };
    return (cursor) => {
      target.edit(cursor, (map) => {
        for (let i = 0; i < map.size; i++) {
          const value = map.valueAt(i);
          if (typeof value !== 'string') continue;
          const kept = truncated(value, lengths);
          if (kept !== value) map.setAt(i, kept + marker);
        }
      });
      return null;
    };
  },
};

const CONTINUATION = 0b10;
/** A UTF-16 unit takes at most three bytes. */
const BYTES_PER_UNIT_MAX = 3;

interface Lengths {
  readonly bytesMax: number;
  /** Of what is too long, before the marker. */
  readonly keptBytesMax: number;
}

function truncated(text: string, { bytesMax, keptBytesMax }: Lengths): string {
  if (text.length * BYTES_PER_UNIT_MAX <= bytesMax) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = keptBytesMax;
  while (end > 0 && (bytes[end] ?? 0) >>> 6 === CONTINUATION) end--;
  return bytes.toString('utf8', 0, end);
}
