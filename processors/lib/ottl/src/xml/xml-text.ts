import type { XmlError } from './xml-error.ts';

const ENTITIES = new Map<string, string>([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

/** Resolves `&lt;` and `&#65;`, makes line ends one. Throws `XmlError` for another entity. */
export function unescapeXml(text: string, fault: (reason: string) => XmlError): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  if (!lines.includes('&')) return lines;
  return lines.replace(/&([^;&\s]*)(;?)/g, (reference, name: string, end: string) => {
    const resolved = end === '' ? undefined : resolve(name);
    if (resolved !== undefined) return resolved;
    const reason = `invalid character entity ${end === '' ? `${reference} (no semicolon)` : reference}`;
    throw fault(reason);
  });
}

function resolve(name: string): string | undefined {
  const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
  if (number === null) return ENTITIES.get(name);
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

const ESCAPES = new Map<string, string>([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ["'", '&#39;'],
  ['"', '&#34;'],
]);

export function escapeXml(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => ESCAPES.get(character) ?? character);
}
