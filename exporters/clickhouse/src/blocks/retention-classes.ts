import type { RetentionRule } from '@sonde/pipeline';
import { dictionaryText, type Segments } from '@sonde/proto';
import type { IdentityTable } from '@sonde/store';

/** How long rows of one signal are kept: the first rule that matches, else `days`. */
export interface SignalRetention {
  readonly days: number;
  readonly rules: readonly RetentionRule[];
}

/** Days a row, or of all rows where they have the same. */
export type RetentionColumn = number | Uint16Array;

/** The longest that any row is kept: catalogues stay as long as rows that may name them. */
export function longestDays({ days, rules }: SignalRetention): number {
  return rules.reduce((longest, rule) => Math.max(longest, rule.days), days);
}

/** Severity numbers of OpenTelemetry, and 0 for a record without one. */
const SEVERITIES = 25;

export interface RetainedRows {
  readonly count: number;
  /** Ids of `segments.tenants`, and of the resources of `identities`, a row. */
  readonly tenant: Uint32Array;
  readonly resource: Uint32Array;
  /** Severity numbers of log records. */
  readonly severity?: Uint8Array;
}

/** The retention class of each row. A pure function of rows and settings. */
export function retentionOfRows(
  retention: SignalRetention,
  batch: { readonly segments: Segments; readonly identities: IdentityTable },
  rows: RetainedRows,
): RetentionColumn {
  if (retention.rules.length === 0) return retention.days;
  const { tenant, resource, severity } = rows;
  const days = new Uint16Array(rows.count);
  const resources = batch.identities.origin.length;
  const known = new Map<number, Uint16Array>();
  for (let row = 0; row < rows.count; row++) {
    const key = tenant[row] * resources + resource[row];
    let classes = known.get(key);
    if (classes === undefined) {
      classes = classesOf(retention, batch, { tenant: tenant[row], resource: resource[row] });
      known.set(key, classes);
    }
    const number = severity?.[row] ?? 0;
    days[row] = classes[number < SEVERITIES ? number : SEVERITIES - 1];
  }
  return days;
}

/** Days by severity number. */
function classesOf(
  { days, rules }: SignalRetention,
  { segments, identities }: { readonly segments: Segments; readonly identities: IdentityTable },
  owner: { readonly tenant: number; readonly resource: number },
): Uint16Array {
  const tenant = dictionaryText(segments.tenants, owner.tenant);
  const field = (name: 'service' | 'namespace'): string => {
    const { texts, ids } = identities.fields[name];
    return texts.text(ids[owner.resource]);
  };
  const [service, namespace] = [field('service'), field('namespace')];
  const is = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;
  const mine = rules.filter(
    (rule) => is(rule.tenant, tenant) && is(rule.service, service) && is(rule.namespace, namespace),
  );
  return Uint16Array.from(
    { length: SEVERITIES },
    (_, severity) => mine.find((rule) => hasSeverity(rule, severity))?.days ?? days,
  );
}

function hasSeverity({ severityMin, severityMax }: RetentionRule, severity: number): boolean {
  if (severityMin === null && severityMax === null) return true;
  return severity > 0 && severity >= (severityMin ?? 1) && severity <= (severityMax ?? severity);
}

/** The classes of rows that hang on others: row i is of `via[i]`. */
export function retentionVia(retention: RetentionColumn, via: Uint32Array): RetentionColumn {
  if (typeof retention === 'number') return retention;
  return Uint16Array.from(via, (row) => retention[row]);
}
