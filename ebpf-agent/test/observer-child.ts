import { protobufToJson } from '@sonde/proto';
import { EbpfConfigSchema } from '../src/config.ts';
import type { Workload } from '../src/entities/workload.ts';
import { loadNativeAddon } from '../src/kernel/native-addon.ts';
import { UNCHANGED_REPORT_MS } from '../src/limits.ts';
import { Observer } from '../src/observer.ts';
import { ConnectionTable } from '../src/requests/connection.ts';
import { SpanQueue } from '../src/spans/span-queue.ts';

/** An observer in a process of its own, which says what it counted when it is asked. */
const statements: string[] = [];
const connections = new ConnectionTable();
const spans = new SpanQueue({
  ratio: 1,
  slowMs: 1_000,
  peerOf: ({ connection }) => connections.spanAttributes(connection),
});
const observer = new Observer({
  addon: loadNativeAddon(),
  ringBytes: 1024 * 1024,
  rootPath: '/',
  connections,
  logLinks: process.env['LOG_LINKS'] ?? '',
  kubernetes: EbpfConfigSchema.parse({}).kubernetes,
  onFailure: (what, reason) => process.stderr.write(`${what}: ${reason}\n`),
  plain: {
    spanOf: (exchange) => spans.plainSpanOf(exchange),
    take: (exchange, offsetNs) => spans.takePlain(exchange, offsetNs),
  },
  onExchange: (exchange, offsetNs) => {
    statements.push(exchange.meaning.text);
    spans.add(exchange, offsetNs);
  },
});
observer.start();

let dueMs = 0;
process.on('message', () => {
  observer.collect();
  // Everything is due each time.
  dueMs += UNCHANGED_REPORT_MS;
  const pointsOf = (measured: Pick<Workload, 'points'>) =>
    [...measured.points(dueMs)].flatMap(([{ name }, series]) =>
      series.map((point) => ({
        name,
        count: point.count,
        sum: point.sum,
        attributes: Object.fromEntries(
          point.attributes.map(({ key, value }) => [
            key,
            value?.stringValue ?? String(value?.intValue ?? value?.boolValue),
          ]),
        ),
      })),
    );
  const services = observer.workloads.all().map((workload) => ({
    name: workload.identity.name,
    isOwn: workload.identity.isOwn,
    attributes: workload.identity.attributes,
    processes: workload.processes,
    points: pointsOf(workload),
  }));
  const taken = spans.take();
  const traces = taken === undefined ? '' : protobufToJson('traces', taken.bytes).toString();
  const host = pointsOf(observer.host);
  const refusals = [...observer.refusals.keys()];
  process.send?.({
    services,
    host,
    refusals,
    statements: statements.splice(0),
    traces,
    counters: observer.counters(),
    unplaced: observer.traffic.unplaced,
    probes: observer.secure.files,
  });
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
