import type { Consumer, RowLink } from '@sonde/pipeline';
import { Telemetry } from '@sonde/pipeline';
import {
  type AttributeRow,
  type Columns,
  decodeRequests,
  type EncodedRequest,
  jsonToProtobuf,
  protobufToJson,
  removeKey,
  scanRequest,
  selectSpans,
  unsupportedProgram,
  type WireVisit,
} from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { ColumnProcessor, rewriteRowAttributes, WireStep } from '../src/index.ts';

const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

function requestOf(...names: string[]): EncodedRequest {
  const spans = names.map((name) => ({
    traceId: '1'.repeat(32),
    spanId: '2'.repeat(16),
    name,
    attributes: [text('name', name)],
  }));
  const json = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  const bytes = jsonToProtobuf('traces', JSON.stringify(json));
  return {
    signal: 'traces',
    bytes,
    itemCount: scanRequest('traces', bytes),
    tenant: 'a',
    receivedUnixMs: 7,
  };
}

/** A batch that says when it was decoded. */
function batchOf(decoded: string[], ...names: string[]): Telemetry {
  return batchOfRequest(decoded, requestOf(...names));
}

function batchOfRequest(decoded: string[], request: EncodedRequest): Telemetry {
  const decode = (requests: readonly EncodedRequest[]): Columns => {
    decoded.push('decoded');
    return decodeRequests('traces', requests);
  };
  const source = { topic: 't', partition: 1, from: 2, to: 3 };
  return new Telemetry({ signal: 'traces', requests: [request], source, decode });
}

class Sink implements Consumer {
  readonly taken: Telemetry[] = [];

  async consume(telemetry: Telemetry): Promise<void> {
    this.taken.push(telemetry);
  }

  /** Names and marks of the spans that came last. */
  get said(): string[] {
    const requests = this.taken.at(-1)?.requests ?? [];
    return requests.flatMap(({ bytes }) => {
      const { resourceSpans } = JSON.parse(protobufToJson('traces', bytes));
      const { spans } = resourceSpans[0].scopeSpans[0];
      return spans.map(({ attributes }: { attributes: { value: { stringValue: string } }[] }) =>
        attributes.map(({ value }) => value.stringValue).join(' '),
      );
    });
  }
}

const mark = (row: AttributeRow, value: string): void => row.append(row.internKey(value), value);

/** Appends an attribute to every span. */
function marking(value: string, next: Consumer): ColumnProcessor {
  const rows: WireVisit = ({ row }) => {
    mark(row, value);
    return true;
  };
  const step = new WireStep({ signal: 'traces', visitOf: () => ({ rows }) });
  return new ColumnProcessor(
    (columns) => rewriteRowAttributes(columns, () => (row) => mark(row, value)),
    next,
    step,
  );
}

/** Drops spans of a name. */
function dropping(name: string, next: Consumer, dropped: number[]): ColumnProcessor {
  const isMeant = (row: AttributeRow): boolean =>
    row.valueAt(row.indexOf(row.findKey('name'))) === name;
  const step = new WireStep({
    signal: 'traces',
    visitOf: () => ({ rows: ({ row }) => !isMeant(row) }),
    dropped: (items) => dropped.push(items),
  });
  const byColumns = (columns: Columns): Columns => {
    const keep = new Uint8Array(columns.count);
    rewriteRowAttributes(columns, () => (row, index) => {
      keep[index] = isMeant(row) ? 0 : 1;
    });
    return columns.signal === 'traces' ? selectSpans(columns, keep) : columns;
  };
  return new ColumnProcessor(byColumns, next, step);
}

/** As the graph counts what goes from one step to the next. */
function counted(next: Consumer, counts: number[]): Consumer {
  const { rowLink } = next;
  const link: RowLink | undefined = rowLink && {
    after: rowLink.after,
    stage: {
      get isOff() {
        return rowLink.stage.isOff;
      },
      set isOff(isOff) {
        rowLink.stage.isOff = isOff;
      },
      changesResources: rowLink.stage.changesResources,
      visitOf: (telemetry) => rowLink.stage.visitOf(telemetry),
      passed: (arrived, dropped) => {
        counts.push(arrived);
        rowLink.stage.passed(arrived, dropped);
      },
    },
  };
  return {
    consume(telemetry) {
      counts.push(telemetry.itemCount);
      return next.consume(telemetry);
    },
    rowLink: link,
  };
}

describe('steps on the bytes of requests', () => {
  it('that follow each other are one pass, each counted', async () => {
    const [sink, decoded, dropped, counts] = [new Sink(), [], [] as number[], [] as number[]];
    const last = marking('z', counted(sink, counts));
    const middle = dropping('b', counted(last, counts), dropped);
    const first = marking('a', counted(middle, counts));
    await first.consume(batchOf(decoded, 'a', 'b', 'c'));
    expect(sink.said).toEqual(['a a z', 'c a z']);
    expect({ decoded, dropped, counts }).toEqual({ decoded: [], dropped: [1], counts: [3, 2, 2] });
    expect(sink.taken[0]?.source).toEqual({ topic: 't', partition: 1, from: 2, to: 3 });
    expect(sink.taken[0]?.requests[0]).toMatchObject({ tenant: 'a', receivedUnixMs: 7 });
  });

  it('hand on nothing of which nothing is left, and tell nobody behind', async () => {
    const [sink, dropped, counts] = [new Sink(), [] as number[], [] as number[]];
    const last = marking('z', counted(sink, counts));
    await dropping('a', counted(last, counts), dropped).consume(batchOf([], 'a', 'a'));
    expect({ taken: sink.taken.length, dropped, counts }).toEqual({
      taken: 0,
      dropped: [2],
      counts: [],
    });
  });

  it('leave a batch that is decoded to columns', async () => {
    const [sink, decoded] = [new Sink(), [] as string[]];
    const batch = batchOf(decoded, 'a');
    batch.columns();
    await marking('a', marking('z', sink)).consume(batch);
    expect({ said: sink.said, decoded }).toEqual({ said: ['a a z'], decoded: ['decoded'] });
  });

  it('end before one that proves to take columns, for good', async () => {
    const [sink, decoded] = [new Sink(), [] as string[]];
    const step = new WireStep({
      signal: 'traces',
      visitOf: () => ({ rows: () => unsupportedProgram('it writes to a resource') }),
    });
    const columnsOnly = new ColumnProcessor(
      (columns) => rewriteRowAttributes(columns, () => (row) => mark(row, 'columns')),
      sink,
      step,
    );
    const first = marking('a', columnsOnly);
    await first.consume(batchOf(decoded, 'a'));
    expect({ said: sink.said, decoded, isOff: step.isOff }).toEqual({
      said: ['a a columns'],
      decoded: ['decoded'],
      isOff: true,
    });
    await first.consume(batchOf(decoded, 'b'));
    expect({ said: sink.said, decoded: decoded.length }).toEqual({
      said: ['b a columns'],
      decoded: 2,
    });
  });

  it('that change resources come before rows, and after those that read them', async () => {
    const naming = (value: string, next: Consumer): ColumnProcessor =>
      new ColumnProcessor(
        (columns) => columns,
        next,
        new WireStep({
          signal: 'traces',
          changesResources: true,
          visitOf: () => ({
            resources: ({ resource }) => {
              removeKey(resource, resource.findKey('env'));
              resource.append(resource.internKey('env'), value);
            },
          }),
        }),
      );
    const copying = (next: Consumer): ColumnProcessor => {
      const rows: WireVisit = ({ row, resource }) => {
        const env = resource.indexOf(resource.findKey('env'));
        row.append(row.internKey('env'), resource.valueAt(env));
        return true;
      };
      const step = new WireStep({ signal: 'traces', visitOf: () => ({ rows }) });
      return new ColumnProcessor((columns) => columns, next, step);
    };
    const sink = new Sink();
    const last = copying(naming('c', copying(sink)));
    await naming('a', naming('b', last)).consume(batchOf([], 'x'));
    expect(sink.said).toEqual(['x b c']);
  });

  it('take columns for a batch that is not as encoders write it, and bytes for the next', async () => {
    const [sink, decoded] = [new Sink(), [] as string[]];
    const first = marking('a', sink);
    const usual = requestOf('a');
    // The tag of the first group in two bytes: right, and longer than it must be.
    const bytes = Buffer.concat([Uint8Array.of(0x8a, 0x00), usual.bytes.subarray(1)]);
    await first.consume(batchOfRequest(decoded, { ...usual, bytes }));
    await first.consume(batchOf(decoded, 'b'));
    expect({ said: sink.said, decoded }).toEqual({ said: ['b a'], decoded: ['decoded'] });
    expect(sink.taken).toHaveLength(2);
  });
});
