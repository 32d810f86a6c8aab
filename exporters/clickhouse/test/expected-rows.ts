import type { Signal } from '@sonde/proto';
import { type Cell, oracleRows, type Row } from '@sonde/proto/test/oracle-rows';

/** What the store must hold of a request, as an independent decoder reads its bytes. */
export function expectedRows(signal: Signal, bytes: Uint8Array): Row[] {
  return oracleRows(signal, bytes).flatMap((row) => {
    const rows = signal === 'metrics' ? pointRows(row) : [row];
    return rows.map(({ exemplars: _, ...each }) => renderAttributes(each));
  });
}

/** The exemplars of all points of a request of metrics. */
export function expectedExemplars(bytes: Uint8Array): Row[] {
  return oracleRows('metrics', bytes)
    .flatMap(pointRows)
    .flatMap(({ name = '', exemplars = [] }) =>
      asList(exemplars).map((exemplar, position): Row => {
        if (typeof exemplar !== 'object' || Array.isArray(exemplar)) throw new Error('no exemplar');
        return renderAttributes({ metric: name, position, ...exemplar });
      }),
    );
}

/** A metric without points leaves nothing. */
function pointRows(row: Row): Row[] {
  const { points, ...metric } = row;
  if (!Array.isArray(points)) throw new Error('a metric has points');
  return points.map((point) => {
    if (typeof point !== 'object' || Array.isArray(point)) throw new Error('a point has fields');
    return { ...metric, ...point };
  });
}

const TYPES: ReadonlyMap<string, number> = new Map([
  ['empty', 0],
  ['stringValue', 1],
  ['boolValue', 2],
  ['intValue', 3],
  ['doubleValue', 4],
  ['arrayValue', 5],
  ['kvlistValue', 6],
  ['bytesValue', 7],
]);

/** Replaces values, wherever they stand in a row, by type and text. */
function renderAttributes(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, cell]) => {
      if (name === 'attributes' || name === 'metadata') return [name, asList(cell).map(pair)];
      if (name === 'body') return [name, typed(cell)];
      return [name, nested(cell)];
    }),
  );
}

function nested(cell: Cell): Cell {
  if (Array.isArray(cell)) return cell.map(nested);
  return typeof cell === 'object' ? renderAttributes(cell) : cell;
}

function pair(cell: Cell): Cell {
  const [key = '', value = []] = asList(cell);
  return [key, typed(value)];
}

function typed(cell: Cell): Cell {
  const [member = '', value = ''] = asList(cell);
  const type = TYPES.get(String(member));
  if (type === undefined) throw new Error(`${member} is no member of AnyValue`);
  return [type, type === 0 ? '' : textOf(String(member), value)];
}

/** Text of a value as `renderAnyValue` documents it, written anew. */
function textOf(member: string, value: Cell): string {
  switch (member) {
    case 'arrayValue':
    case 'kvlistValue':
      return latin1(jsonOf(member, value));
    case 'bytesValue':
      return Buffer.from(String(value), 'latin1').toString('base64');
    default:
      return String(value);
  }
}

function jsonOf(member: string, value: Cell): string {
  switch (member) {
    case 'arrayValue':
      return `[${asList(value).map(elementJson).join(',')}]`;
    case 'kvlistValue': {
      const members = asList(value).map((entry) => {
        const [key = '', element = []] = asList(entry);
        return `${JSON.stringify(utf8(String(key)))}:${elementJson(element)}`;
      });
      return `{${members.join(',')}}`;
    }
    case 'stringValue':
      return JSON.stringify(utf8(String(value)));
    case 'bytesValue':
      return JSON.stringify(Buffer.from(String(value), 'latin1').toString('base64'));
    case 'empty':
      return 'null';
    case 'doubleValue':
      return /^-?(Infinity|NaN)$/.test(String(value)) ? `"${value}"` : String(value);
    default:
      return String(value);
  }
}

function elementJson(cell: Cell): string {
  const [member = '', value = ''] = asList(cell);
  return jsonOf(String(member), value);
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function asList(cell: Cell): Cell[] {
  if (!Array.isArray(cell)) throw new Error('a cell is no list');
  return cell;
}
