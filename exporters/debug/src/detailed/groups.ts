import type { OtlpMessage } from '@sonde/proto';
import { Lines } from '../text/lines.ts';
import { oneLine } from '../text/value-text.ts';

export interface DetailedGroups {
  readonly resources: string;
  readonly scopes: string;
  readonly rows: string;
  /** How the lines of a resource and of a scope begin. */
  readonly resourceTitle: string;
  readonly scopeTitle: string;
  readonly describe: (row: OtlpMessage, index: number, lines: Lines) => void;
}

/** Everything in a request, field by field. */
export function detailedGroups(request: OtlpMessage, groups: DetailedGroups): string {
  const lines = new Lines();
  for (const [index, resource] of request.messages(groups.resources).entries()) {
    lines.add(`${groups.resourceTitle} #${index}`);
    lines.add(`Resource SchemaURL: ${oneLine(resource.text('schemaUrl'))}`);
    const attributes = resource.message('resource')?.messages('attributes') ?? [];
    lines.attributes('Resource attributes:', attributes);
    for (const [at, scope] of resource.messages(groups.scopes).entries()) {
      describeScope(scope, at, groups.scopeTitle, lines);
      for (const [row, message] of scope.messages(groups.rows).entries()) {
        groups.describe(message, row, lines);
      }
    }
  }
  return lines.text();
}

function describeScope(group: OtlpMessage, index: number, title: string, lines: Lines): void {
  const scope = group.message('scope');
  lines.add(`${title} #${index}`);
  lines.add(`${title} SchemaURL: ${oneLine(group.text('schemaUrl'))}`);
  const name = oneLine(scope?.text('name') ?? '');
  lines.add(`InstrumentationScope ${name} ${oneLine(scope?.text('version') ?? '')}`);
  lines.attributes('InstrumentationScope attributes:', scope?.messages('attributes') ?? []);
}
