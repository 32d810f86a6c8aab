import type { OtlpMessage } from '@sonde/proto';
import { timestamp } from '../text/go-text.ts';
import type { Lines } from '../text/lines.ts';
import { oneLine } from '../text/value-text.ts';
import { detailedGroups } from './groups.ts';

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];
const STATUSES = ['Unset', 'Ok', 'Error'];
const NESTED = '          ';

export function detailedTraces(request: OtlpMessage): string {
  return detailedGroups(request, {
    resources: 'resourceSpans',
    scopes: 'scopeSpans',
    rows: 'spans',
    resourceTitle: 'ResourceSpans',
    scopeTitle: 'ScopeSpans',
    describe: describeSpan,
  });
}

function describeSpan(span: OtlpMessage, index: number, lines: Lines): void {
  const status = span.message('status');
  const state = oneLine(span.text('traceState'));
  const field = (name: string, value: string): void =>
    lines.add(`    ${name.padEnd(15)}: ${value}`);
  lines.add(`Span #${index}`);
  field('Trace ID', span.text('traceId'));
  field('Parent ID', span.text('parentSpanId'));
  field('ID', span.text('spanId'));
  field('Name', oneLine(span.text('name')));
  field('Kind', KINDS[Number(span.integer('kind'))] ?? '');
  if (state !== '') field('TraceState', state);
  field('Start time', timestamp(span.integer('startTimeUnixNano')));
  field('End time', timestamp(span.integer('endTimeUnixNano')));
  field('Status code', STATUSES[Number(status?.integer('code') ?? 0n)] ?? '');
  field('Status message', oneLine(status?.text('message') ?? ''));
  lines.add(`    DroppedAttributesCount: ${span.integer('droppedAttributesCount')}`);
  lines.add(`    DroppedEventsCount: ${span.integer('droppedEventsCount')}`);
  lines.add(`    DroppedLinksCount: ${span.integer('droppedLinksCount')}`);
  lines.attributes('Attributes:', span.messages('attributes'));
  describeEvents(span.messages('events'), lines);
  describeLinks(span.messages('links'), lines);
}

function describeEvents(events: readonly OtlpMessage[], lines: Lines): void {
  if (events.length > 0) lines.add('Events:');
  for (const [index, event] of events.entries()) {
    lines.add(`SpanEvent #${index}`);
    lines.add(`     -> Name: ${oneLine(event.text('name'))}`);
    lines.add(`     -> Timestamp: ${timestamp(event.integer('timeUnixNano'))}`);
    lines.add(`     -> DroppedAttributesCount: ${event.integer('droppedAttributesCount')}`);
    lines.attributes('     -> Attributes::', event.messages('attributes'), NESTED);
  }
}

function describeLinks(links: readonly OtlpMessage[], lines: Lines): void {
  if (links.length > 0) lines.add('Links:');
  for (const [index, link] of links.entries()) {
    lines.add(`SpanLink #${index}`);
    lines.add(`     -> Trace ID: ${link.text('traceId')}`);
    lines.add(`     -> ID: ${link.text('spanId')}`);
    lines.add(`     -> TraceState: ${oneLine(link.text('traceState'))}`);
    lines.add(`     -> DroppedAttributesCount: ${link.integer('droppedAttributesCount')}`);
    lines.attributes('     -> Attributes::', link.messages('attributes'), NESTED);
  }
}
