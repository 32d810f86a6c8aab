import type { OtlpMessage } from '@sonde/proto';
import { oneLine, plainValue } from '../text/value-text.ts';

export interface Groups {
  /** Names of the fields: `resourceSpans`, `scopeSpans`, `spans`. */
  readonly resources: string;
  readonly scopes: string;
  readonly rows: string;
  /** How lines call them: `Traces`, `Log`, `Metrics`. */
  readonly title: string;
  readonly describe: (row: OtlpMessage) => readonly string[];
}

/** A line a resource, a scope and a row, each with its attributes. */
export function groupLines(request: OtlpMessage, groups: Groups): string {
  const { title } = groups;
  const lines: string[] = [];
  for (const [index, resource] of request.messages(groups.resources).entries()) {
    const url = urlOf(resource);
    lines.push(`Resource${title} #${index}${url}${attributesOf(resource.message('resource'))}`);
    for (const [at, scope] of resource.messages(groups.scopes).entries()) {
      const { name, attributes } = describeScope(scope.message('scope'));
      lines.push(`Scope${title} #${at}${name}${urlOf(scope)}${attributes}`);
      for (const row of scope.messages(groups.rows)) lines.push(...groups.describe(row));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** `a=1 b=2` */
export function attributeText(pairs: readonly OtlpMessage[]): string {
  return pairs
    .map((pair) => `${oneLine(pair.text('key'))}=${plainValue(pair.message('value'))}`)
    .join(' ');
}

function attributesOf(message: OtlpMessage | undefined): string {
  const text = attributeText(message?.messages('attributes') ?? []);
  return text === '' ? '' : ` ${text}`;
}

function urlOf(group: OtlpMessage): string {
  const url = oneLine(group.text('schemaUrl'));
  return url === '' ? '' : ` [${url}]`;
}

function describeScope(scope: OtlpMessage | undefined): { name: string; attributes: string } {
  const name = oneLine(scope?.text('name') ?? '');
  const version = oneLine(scope?.text('version') ?? '');
  const whole = version === '' ? name : `${name}@${version}`;
  return { name: whole === '' ? '' : ` ${whole}`, attributes: attributesOf(scope) };
}
