import { type ClientInfo, metadataValues } from '@sonde/pipeline';

/** Whether a client is meant. */
export type RequestCondition = (client: ClientInfo | undefined) => boolean;

export type RequestConditionResult =
  | { readonly ok: true; readonly condition: RequestCondition }
  | { readonly ok: false; readonly reason: string };

const COMPARATORS = /==|!=/g;

/**
 * Reads `request["x-tenant"] == "a"` (or `!=`) with the Collector's small grammar and its texts. It
 * holds when one of the header's values compares so, and never for a header that was not sent.
 */
export function parseRequestCondition(text: string): RequestConditionResult {
  const comparators = text.match(COMPARATORS) ?? [];
  const [comparator] = comparators;
  if (comparator === undefined) {
    return { ok: false, reason: 'condition does not contain a valid comparator' };
  }
  if (comparators.length > 1) {
    return { ok: false, reason: 'condition contains multiple comparators' };
  }
  const [field = '', value = ''] = text.split(comparator).map((part) => part.trim());
  if (!/request\[".*"\]/.test(field)) {
    const reason = `condition must have format 'request["<name>"] <comparator> <value>'`;
    return { ok: false, reason };
  }
  if (!/".*"/.test(value)) {
    const reason = `condition must have format 'request["<name>"] <comparator> "<value>"'`;
    return { ok: false, reason };
  }
  const name = field.replace(/^request\["/, '').replace(/"\]$/, '');
  const wanted = value.replace(/^"/, '').replace(/"$/, '');
  const isEqual = comparator === '==';
  const condition: RequestCondition = (client) =>
    metadataValues(client, name).some((one) => (one === wanted) === isEqual);
  return { ok: true, condition };
}
