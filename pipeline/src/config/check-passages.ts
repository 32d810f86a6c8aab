import type { Signal } from '@sonde/proto';
import type { ExporterFactory, Passage, ReceiverFactory, WrittenPassage } from '../component.ts';
import type { Configured, ConfiguredComponent } from './engine-config.ts';
import type { PipelineConfig } from './pipeline-config.ts';
import { formatPosition, type PositionIndex } from './position.ts';

interface Sections {
  readonly receivers: Configured<ReceiverFactory>;
  readonly exporters: Configured<ExporterFactory>;
  readonly pipelines: readonly PipelineConfig[];
}

interface Told {
  readonly positions: PositionIndex;
  readonly warn: (message: string) => void;
}

/** One end of a passage, with the signals whose pipelines use it. */
interface End<F, P extends Passage> {
  readonly component: ConfiguredComponent<F>;
  readonly passage: P;
  readonly signals: ReadonlySet<Signal>;
}

type Writer = End<ExporterFactory, WrittenPassage>;
type Reader = End<ReceiverFactory, Passage>;

/**
 * Warns of what works and is hardly meant: an exporter that writes where no receiver of this
 * configuration reads, and a receiver with more threads than there are partitions for.
 */
export function checkPassages({ receivers, exporters, pipelines }: Sections, told: Told): void {
  const writers: Writer[] = [];
  for (const component of exporters.values()) {
    const passage = component.factory.writesTo?.(component.config);
    const signals = signalsOf(pipelines, ({ exporters: ids }) => ids.includes(component.id));
    if (passage !== undefined && signals.size > 0) writers.push({ component, passage, signals });
  }
  const readers: Reader[] = [];
  for (const component of receivers.values()) {
    const passage = component.factory.readsFrom?.(component.config);
    const signals = signalsOf(pipelines, ({ receivers: ids }) => ids.includes(component.id));
    if (passage !== undefined && signals.size > 0) readers.push({ component, passage, signals });
  }
  for (const writer of writers) warnOfUnread(writer, readers, told);
  for (const reader of readers) warnOfIdleThreads(reader, writers, told);
}

function signalsOf(
  pipelines: readonly PipelineConfig[],
  isUser: (pipeline: PipelineConfig) => boolean,
): ReadonlySet<Signal> {
  return new Set(pipelines.filter(isUser).map(({ signal }) => signal));
}

function warnOfUnread(writer: Writer, readers: readonly Reader[], told: Told): void {
  const ofType = readers.filter((reader) => isSameType(reader, writer));
  const meeting = ofType.filter(({ passage }) => passage.identity === writer.passage.identity);
  const unread = [...writer.signals].filter(
    (signal) => !meeting.some(({ signals }) => signals.has(signal)),
  );
  if (unread.length === 0) return;
  const { component, passage } = writer;
  const { key, place } = passage;
  const path = ['exporters', component.id, key];
  const what = `no receiver of this configuration reads the ${unread.join(', ')} that it writes there`;
  const text = `${path.join('::')}: ${JSON.stringify(place)}: ${what}`;
  told.warn(placed(`${text}; ${mend(writer, meeting, ofType)}`, path, told));
}

function mend(
  { component, passage: { key } }: Writer,
  [meeting]: readonly Reader[],
  [other]: readonly Reader[],
): string {
  if (meeting !== undefined) {
    const name = JSON.stringify(meeting.component.id);
    return `put receiver ${name} into a pipeline of that signal, too`;
  }
  if (other !== undefined) {
    const path = ['receivers', other.component.id, key].join('::');
    return `${path} is ${JSON.stringify(other.passage.place)}: give both the same`;
  }
  const type = JSON.stringify(component.factory.type);
  return `add a receiver ${type} with the same ${key} and a pipeline that begins with it`;
}

/** Partition p of a signal is read by one thread: a thread has work where any signal has it. */
function warnOfIdleThreads(reader: Reader, writers: readonly Writer[], told: Told): void {
  const { component, passage, signals } = reader;
  const threads = component.factory.threads?.count(component.config) ?? 1;
  const meeting = writers.filter(
    (writer) =>
      isSameType(writer, reader) &&
      writer.passage.identity === passage.identity &&
      [...writer.signals].some((signal) => signals.has(signal)),
  );
  const [most] = meeting.toSorted((a, b) => b.passage.partitions - a.passage.partitions);
  if (most === undefined || threads <= most.passage.partitions) return;
  const { partitions } = most.passage;
  const path = ['receivers', component.id, 'workers'];
  const other = ['exporters', most.component.id, 'partitions'].join('::');
  const idle = threads - partitions;
  const text =
    `${path.join('::')}: ${idle} of ${threads} threads will have nothing to do, for ${other} is ` +
    `${partitions} and one thread reads a partition; make partitions ${threads} or more, or ` +
    `workers ${partitions}`;
  told.warn(placed(text, path, told));
}

function isSameType(
  { component: a }: End<ReceiverFactory | ExporterFactory, Passage>,
  { component: b }: End<ReceiverFactory | ExporterFactory, Passage>,
): boolean {
  return a.factory.type === b.factory.type;
}

function placed(text: string, path: readonly string[], { positions }: Told): string {
  const position = positions.nearest(path);
  return position === undefined ? text : `${text} (${formatPosition(position)})`;
}
