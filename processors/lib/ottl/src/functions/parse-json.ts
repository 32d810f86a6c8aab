import type { FunctionDefinition } from '../compile/function-definition.ts';
import { EvaluationError } from '../errors.ts';
import { goType, type Value, type ValueMap } from '../value/value.ts';
import { ofString } from './define.ts';

/** Lists and maps within each other. */
const DEPTH_MAX = 1000;

/** `ParseJSON(target)`: a list or a map; numbers are float64, null is nil. */
export const parseJson: FunctionDefinition = ofString('ParseJSON', (text) => {
  const value = fromJson(parsed(text), 0);
  if (Array.isArray(value) || value instanceof Map) return value;
  const type = value === null ? '<nil>' : goType(value);
  throw new EvaluationError(`could not convert parsed value of type ${type} to JSON object`);
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new EvaluationError(`invalid JSON: ${error.message}`, { cause: error });
  }
}

function fromJson(json: unknown, depth: number): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json;
    case 'number':
      if (Number.isFinite(json)) return json;
      throw new EvaluationError('json: cannot unmarshal number into Go value of type float64');
    default:
  }
  if (typeof json !== 'object' || json === null) return null;
  if (depth >= DEPTH_MAX) throw new EvaluationError('exceeded max depth');
  if (Array.isArray(json)) return json.map((item) => fromJson(item, depth + 1));
  const map: ValueMap = new Map();
  for (const [key, item] of Object.entries(json)) map.set(key, fromJson(item, depth + 1));
  return map;
}
