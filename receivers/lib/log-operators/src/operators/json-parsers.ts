import { z } from 'zod';
import { type EntryValue, toEntryValue, typeName } from '../entry.ts';
import { VALUE_DEPTH_MAX } from '../limits.ts';
import { type OperatorType, PARSER, parserSpec } from '../operator-config.ts';
import { OperatorError } from '../operator-error.ts';

/** Parses a JSON object. */
export const jsonParser: OperatorType = {
  type: 'json_parser',
  schema: z
    .strictObject({ ...PARSER, parse_ints: z.boolean().default(false) })
    .transform((config) =>
      parserSpec(config, (value) => {
        const parsed = readJson(value, 'JSON');
        if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
          throw new OperatorError('type of the value cannot be parsed as JSON: no object');
        }
        return toEntryValue(parsed, { ints: config.parse_ints });
      }),
    ),
};

/** Parses a JSON array into a list. */
export const jsonArrayParser: OperatorType = {
  type: 'json_array_parser',
  schema: z.strictObject(PARSER).transform((config) =>
    parserSpec(config, (value) => {
      const parsed = readJson(value, 'JSON array');
      if (!Array.isArray(parsed)) throw new OperatorError('the value is no JSON array');
      return toEntryValue(parsed, { ints: false });
    }),
  ),
};

/** The value of a JSON text. Throws `OperatorError`, also for one that is nested too deeply. */
export function readJson(value: EntryValue, what: string): unknown {
  if (typeof value !== 'string') {
    throw new OperatorError(`type ${typeName(value)} cannot be parsed as ${what}`);
  }
  if (isDeep(value)) throw new OperatorError(`${what} is nested over ${VALUE_DEPTH_MAX} deep`);
  try {
    return JSON.parse(value);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatorError(`${what} cannot be parsed: ${reason.slice(0, 200)}`);
  }
}

/** Whether more brackets open than may; those in texts count too, which only makes it stricter. */
function isDeep(text: string): boolean {
  let opened = 0;
  for (let i = 0; i < text.length && opened <= VALUE_DEPTH_MAX; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x7b || code === 0x5b) opened++;
  }
  return opened > VALUE_DEPTH_MAX && depthOf(text) > VALUE_DEPTH_MAX;
}

function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inText) {
      if (char === '\\') i++;
      else if (char === '"') inText = false;
    } else if (char === '"') {
      inText = true;
    } else if (char === '{' || char === '[') {
      most = Math.max(most, ++depth);
    } else if (char === '}' || char === ']') {
      depth--;
    }
  }
  return most;
}
