import { type ClientMetadata, metadataOfHeaders } from '@sonde/pipeline';
import type { HeaderValues, RequestHeaders } from '../http2/request-headers.ts';

/** Texts of headers that are the same object, as those of repeated calls are. */
const texts: WeakMap<HeaderValues, Readonly<Record<string, string | undefined>>> = new WeakMap();

/** A header as one text; a list of values is joined. */
export function headerText({ values }: RequestHeaders, name: string): string | undefined {
  const value = values[name];
  return value === undefined || typeof value === 'string' ? value : value.join(', ');
}

/** The metadata of a call as an authenticator wants it. */
export function metadataTexts(
  headers: RequestHeaders,
): Readonly<Record<string, string | undefined>> {
  const known = texts.get(headers.values);
  if (known !== undefined) return known;
  const names = Object.keys(headers.values).filter((name) => !name.startsWith(':'));
  const text = Object.fromEntries(names.map((name) => [name, headerText(headers, name)]));
  texts.set(headers.values, text);
  return text;
}

/** The metadata of a call as it travels with its data. */
export function metadataOf({ values }: RequestHeaders): ClientMetadata {
  return metadataOfHeaders(values);
}
