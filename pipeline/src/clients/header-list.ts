import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { refuseMeaning } from '../config/fields/refuse.ts';
import { Secret, secret } from '../config/fields/secret.ts';

/** A header that goes with every request. Its value is never printed. */
export interface Header {
  readonly name: string;
  readonly value: Secret;
}

const FORMS = z.union([
  z.record(z.string(), z.string()),
  z.array(z.strictObject({ name: z.string(), value: secret() })),
]);

/** `headers`: a map, or a list of `name` and `value` (`configopaque.MapList`). */
export function headerList(): z.ZodPrefault<z.ZodType<readonly Header[]>> {
  const schema = FORMS.transform((raw, context): readonly Header[] => {
    const headers = Array.isArray(raw)
      ? raw
      : Object.entries(raw).map(([name, text]) => ({ name, value: new Secret(text) }));
    for (const { name, value } of headers) {
      const problem = headerProblem(name, value);
      if (problem !== undefined) refuseMeaning(context, { text: problem });
    }
    return headers;
  });
  return schema.prefault({});
}

function headerProblem(name: string, value: Secret): string | undefined {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value.reveal());
    return undefined;
  } catch {
    // Node's text may hold the value.
    return `invalid header ${JSON.stringify(name)}`;
  }
}

/** Names in lower case, as gRPC wants them; of one name the last counts. */
export function headerObject(headers: readonly Header[]): Record<string, string> {
  return Object.fromEntries(
    headers.map(({ name, value }) => [name.toLowerCase(), value.reveal()] as const),
  );
}
