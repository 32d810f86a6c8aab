import type { Arguments } from '../compile/arguments.ts';
import type { FunctionDefinition } from '../compile/function-definition.ts';
import type { Getter } from '../compile/getter.ts';
import { CompileError } from '../errors.ts';

/** `truncate_all(target, limit)`: text of at most so many bytes, cut before a character, not in it. */
export const truncateAll: FunctionDefinition = {
  name: 'truncate_all',
  parameters: ['target', 'limit'],
  pure: false,
  create<C>(args: Arguments<C>): Getter<C> {
    const target = args.mapTarget('target');
    const most = args.literalInt('limit');
    if (most < 0n) {
      throw new CompileError(`invalid limit for truncate_all function, ${most} cannot be negative`);
    }
    const bytesMax = Number(most);
    return (cursor) => {
      target.edit(cursor, (map) => {
        for (let i = 0; i < map.size; i++) {
          const value = map.valueAt(i);
          if (typeof value !== 'string') continue;
          const cut = truncated(value, bytesMax);
          if (cut !== value) map.setAt(i, cut);
        }
      });
      return null;
    };
  },
};

const CONTINUATION = 0b10;
/** A UTF-16 unit takes at most three bytes. */
const BYTES_PER_UNIT_MAX = 3;

function truncated(text: string, bytesMax: number): string {
  if (text.length * BYTES_PER_UNIT_MAX <= bytesMax) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && (bytes[end] ?? 0) >>> 6 === CONTINUATION) end--;
  return bytes.toString('utf8', 0, end);
}
