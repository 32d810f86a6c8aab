import {
  type AttributeColumns,
  type AttributeEditor,
  type Columns,
  type LogColumns,
  LogEditor,
  rewriteAttributes,
  rewriteResources,
  rewriteScopes,
  type SpanColumns,
  withGroups,
  withSpanEvents,
  withSpanLinks,
  withSpans,
} from '@sonde/proto';
import { type ColumnStep, rewriteRowAttributes } from '@sonde/row-step';
import type { RedactionConfig } from './config.ts';
import { AttributeRedaction } from './redact-attributes.ts';
import { redactBody } from './redact-body.ts';
import { Redactor } from './redactor.ts';
import { emptyOutcome, writeSummary } from './summary.ts';

type Edit = (attributes: AttributeEditor) => void;

/** Attributes of resources, scopes, rows, events and links, and bodies of log records. */
export function redactionStep(config: RedactionConfig): ColumnStep {
  const redactor = new Redactor(config);
  const makeEdit = (): Edit => {
    let redaction: AttributeRedaction | undefined;
    return (attributes) => {
      redaction ??= new AttributeRedaction(config, redactor, attributes);
      redaction.redact();
    };
  };
  return (columns) => {
    const rows = rewriteRowAttributes(redactGroups(columns, makeEdit), makeEdit);
    if (rows.signal === 'traces') return redactChildren(rows, makeEdit);
    return rows.signal === 'logs' ? redactBodies(rows, redactor, config) : rows;
  };
}

function redactGroups(columns: Columns, makeEdit: () => Edit): Columns {
  const resources = rewriteResources(columns, makeEdit());
  const scopes = rewriteScopes(columns, makeEdit());
  if (resources === undefined && scopes === undefined) return columns;
  return withGroups(columns, { ...resources, ...scopes });
}

function redactChildren(columns: SpanColumns, makeEdit: () => Edit): SpanColumns {
  const { events, links } = columns;
  const redact = (rows: AttributeColumns & { readonly count: number }) =>
    rewriteAttributes(rows, makeEdit());
  const ofEvents = redact(events);
  const ofLinks = redact(links);
  if (ofEvents === undefined && ofLinks === undefined) return columns;
  return withSpans(columns, {
    events: ofEvents === undefined ? events : withSpanEvents(events, ofEvents),
    links: ofLinks === undefined ? links : withSpanLinks(links, ofLinks),
  });
}

function redactBodies(
  columns: LogColumns,
  redactor: Redactor,
  { summary }: RedactionConfig,
): LogColumns {
  const editor = new LogEditor(columns);
  for (let row = 0; row < columns.count; row += 1) {
    editor.openRow(row);
    const outcome = emptyOutcome();
    const { body } = editor;
    const redacted = redactBody(body, redactor, outcome);
    if (redacted !== body) editor.body = redacted;
    writeSummary(editor.attributes, outcome, { summary, prefix: 'redaction.body.' });
  }
  return editor.finish();
}
