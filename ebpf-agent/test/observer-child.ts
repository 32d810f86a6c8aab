import { EbpfConfigSchema } from '../src/config.ts';
import { loadNativeAddon } from '../src/kernel/native-addon.ts';
import { Observer } from '../src/observer.ts';

/** An observer in a process of its own, which says what it counted when it is asked. */
const exchanges: { readonly operation: string; readonly text: string }[] = [];
const observer = new Observer({
  addon: loadNativeAddon(),
  ringBytes: 1024 * 1024,
  rootPath: '/',
  kubernetes: EbpfConfigSchema.parse({}).kubernetes,
  onFailure: (what, reason) => process.stderr.write(`${what}: ${reason}\n`),
  onExchange: ({ meaning: { operation, text } }) => exchanges.push({ operation, text }),
});
observer.start();

process.on('message', () => {
  observer.reportConnections();
  const services = observer.workloads.all().map(({ identity, metrics, processes }) => ({
    name: identity.name,
    isOwn: identity.isOwn,
    attributes: identity.attributes,
    processes,
    points: [...metrics.entries()].flatMap(([{ name }, series]) =>
      [...series.values()].map((point) => ({
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
    ),
  }));
  const statements = exchanges.splice(0).map(({ text }) => text);
  process.send?.({ services, statements, counters: observer.counters() });
});
process.once('disconnect', () => process.exit(0));
process.send?.('ready');
