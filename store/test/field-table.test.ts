import { readFileSync } from 'node:fs';
import { requestOf } from '@sonde/proto/test/request-of';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SCHEMA_OPTIONS,
  exemplarsTable,
  logsTable,
  metricExponentialHistogramsTable,
  metricHistogramsTable,
  metricSamplesTable,
  metricSeriesTable,
  metricSummariesTable,
  profileLocationsTable,
  profileMappingsTable,
  profileSamplesTable,
  profileStacksTable,
  profilesTable,
  resourcesTable,
  spansTable,
} from '../src/index.ts';

const PAGE = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8');

/** Names that the tables of fields have for OTLP's messages of each signal. */
const MESSAGE_NAMES: Readonly<Record<string, string>> = {
  'Resource of spans': 'ResourceSpans',
  'Scope of spans': 'ScopeSpans',
  'Resource of logRecords': 'ResourceLogs',
  'Scope of logRecords': 'ScopeLogs',
  'Resource of metrics': 'ResourceMetrics',
  'Scope of metrics': 'ScopeMetrics',
  'Resource of profiles': 'ResourceProfiles',
  'Scope of profiles': 'ScopeProfiles',
};

/** Messages that are values, not groups of fields. */
const VALUES = new Set(['KeyValue', 'AnyValue']);

type Message = ReturnType<typeof requestOf>;

/** `Message.field` of every field that holds a value, in all signals. */
function otlpFields(): ReadonlySet<string> {
  const fields = new Set<string>();
  const seen = new Set<Message>();
  const walk = (message: Message): void => {
    if (seen.has(message)) return;
    seen.add(message);
    for (const field of message.byName.values()) {
      if (field.message !== undefined && !VALUES.has(field.message.name)) walk(field.message);
      else fields.add(`${MESSAGE_NAMES[message.name] ?? message.name}.${field.name}`);
    }
  };
  for (const signal of ['traces', 'logs', 'metrics', 'profiles'] as const) walk(requestOf(signal));
  return fields;
}

/** The page's table: field to the columns it names. */
function documentedFields(): ReadonlyMap<string, readonly string[]> {
  const [, section = ''] = PAGE.split('## Where each field of OTLP is');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const [, field = '', columns = ''] = line.split('|');
      const quoted = [...columns.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      return [field.trim().replaceAll('`', ''), quoted.filter((name) => name.includes('.'))];
    }),
  );
}

const COLUMNS = new Set(
  [
    spansTable(DEFAULT_SCHEMA_OPTIONS),
    logsTable(DEFAULT_SCHEMA_OPTIONS),
    resourcesTable(),
    metricSeriesTable(),
    metricSamplesTable(),
    metricHistogramsTable(),
    metricExponentialHistogramsTable(),
    metricSummariesTable(),
    exemplarsTable(),
    profilesTable(),
    profileSamplesTable(),
    profileStacksTable(),
    profileLocationsTable(),
    profileMappingsTable(),
  ].flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`)),
);

describe('the table of fields in docs/store.md', () => {
  it('says for every field of OTLP where it is', () => {
    expect([...documentedFields().keys()].sort()).toEqual([...otlpFields()].sort());
  });

  it('names columns that exist', () => {
    for (const [field, columns] of documentedFields()) {
      expect(columns.length, field).toBeGreaterThan(0);
      for (const column of columns) expect(COLUMNS, field).toContain(column);
    }
  });
});
