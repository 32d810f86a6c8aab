import {
  type DetectedAttributes,
  type DetectedValue,
  NOTHING,
  type Surroundings,
} from '../detector.ts';

const PAIR = /\s*([\x20-\x7e]{1,256}?)\s*=\s*([\x20-\x7e]{0,256}?)\s*(?:,|$)/y;

/** `OTEL_RESOURCE_ATTRIBUTES`, or the older `OTEL_RESOURCE`: `a=b,c=d`, values percent-encoded. */
export async function detectEnv({ env }: Surroundings): Promise<DetectedAttributes> {
  const labels = (env['OTEL_RESOURCE_ATTRIBUTES'] ?? '').trim();
  const text = labels === '' ? (env['OTEL_RESOURCE'] ?? '').trim() : labels;
  return text === '' ? NOTHING : readPairs(text);
}

function readPairs(text: string): DetectedAttributes {
  const found = new Map<string, DetectedValue>();
  PAIR.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const [whole, key, value] = PAIR.exec(text) ?? [];
    if (whole === undefined || key === undefined || value === undefined) {
      const words = at === 0 ? 'invalid resource format' : 'invalid resource format, invalid text';
      throw new Error(`${words}: ${JSON.stringify(text.slice(at))}`);
    }
    found.set(key, unescaped(value, whole));
    at = PAIR.lastIndex;
  }
  return found;
}

function unescaped(value: string, whole: string): string {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch (error) {
    const words = `invalid resource format in attribute: ${JSON.stringify(whole)}`;
    throw new Error(words, { cause: error });
  }
}
