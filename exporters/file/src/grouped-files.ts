import { mkdir } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { SondeError } from '@sonde/pipeline';
import { type EncodedRequest, joinRequests, type Signal, splitByResource } from '@sonde/proto';
import type { FileConfig } from './config.ts';
import type { FileEvents } from './file-events.ts';
import { FileWriter } from './file-writer.ts';
import { frameRequests } from './message-frame.ts';
import type { Output } from './output.ts';
import { errorCode, errorText } from './system-error.ts';

/** Paths remembered as opened by this run; beyond them files are appended to, never emptied. */
const OPENED_PATHS_MAX = 100_000;
/** The name is at fault, which comes with the data; never the disk. */
const NAME_ERRORS: ReadonlySet<string> = new Set([
  'ENAMETOOLONG',
  'EINVAL',
  'EISDIR',
  'ENOTDIR',
  'ERR_INVALID_ARG_VALUE',
]);
const NEVER = new AbortController().signal;

/** A file each value of a resource attribute, of which the last used are open. */
export class GroupedFiles implements Output {
  readonly #config: FileConfig;
  readonly #events: FileEvents;
  readonly #prefix: string;
  readonly #suffix: string;
  /** The least recently used first. */
  readonly #writers = new Map<string, Promise<FileWriter>>();
  readonly #opened = new Set<string>();
  readonly #closing = new Set<Promise<void>>();

  constructor(config: FileConfig, events: FileEvents) {
    const [prefix = '', suffix = ''] = config.path.split('*');
    this.#config = config;
    this.#events = events;
    this.#prefix = normalize(prefix);
    this.#suffix = suffix;
  }

  async put(signal: Signal, requests: readonly EncodedRequest[]): Promise<void> {
    const groups = new Map<string, EncodedRequest[]>();
    for (const request of joined(requests)) {
      for (const [segment, part] of this.#partition(request)) {
        groups.set(segment, [...(groups.get(segment) ?? []), part]);
      }
    }
    await Promise.all(
      [...groups].map(([segment, parts]) => this.#putGroup(signal, segment, parts)),
    );
  }

  /** Never outside the configured prefix, whatever the attribute says. */
  pathOf(segment: string): string {
    const path = normalize(`${this.#prefix}${segment}${this.#suffix}`);
    if (path.startsWith(this.#prefix)) return path;
    return join(this.#prefix, join('/', segment + this.#suffix));
  }

  async close(deadline: AbortSignal): Promise<void> {
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    for (const opening of writers) this.#closeSoon(opening, deadline);
    await Promise.all(this.#closing);
  }

  *#partition(request: EncodedRequest): Generator<readonly [string, EncodedRequest]> {
    const attribute = this.#config.group_by.resource_attribute;
    for (const [segment, part] of splitByResource(request, attribute)) {
      if (segment !== undefined) yield [segment, part];
      else this.#events.ungrouped(part.itemCount, `no attribute ${attribute}`);
    }
  }

  async #putGroup(
    signal: Signal,
    segment: string,
    parts: readonly EncodedRequest[],
  ): Promise<void> {
    const frames = await frameRequests(signal, parts, this.#config);
    try {
      await Promise.all(frames.map((frame) => this.#write(this.pathOf(segment), frame)));
    } catch (error) {
      if (!NAME_ERRORS.has(errorCode(error))) throw SondeError.from(error);
      const items = parts.reduce((count, part) => count + part.itemCount, 0);
      this.#events.ungrouped(items, errorText(error));
    }
  }

  /**
   * The write is asked for before anybody else can ask the file to close: one that makes room for
   * others closes behind it.
   */
  #write(path: string, frame: Uint8Array): Promise<void> {
    const known = this.#writers.get(path);
    const opening = known ?? this.#open(path);
    this.#writers.delete(path);
    this.#writers.set(path, opening);
    const written = opening.then(
      (writer) => writer.write(frame),
      (error: unknown) => {
        // Tried anew the next time.
        if (this.#writers.get(path) === opening) this.#writers.delete(path);
        if (NAME_ERRORS.has(errorCode(error))) throw error;
        if (known === undefined) this.#events.openFailed(path, errorText(error));
        throw new SondeError('UNAVAILABLE', errorText(error), { cause: error });
      },
    );
    if (known === undefined) this.#evict();
    return written;
  }

  async #open(path: string): Promise<FileWriter> {
    const { append, rotation, directory_permissions: mode } = this.#config;
    const isNew = !this.#opened.has(path) && this.#opened.size < OPENED_PATHS_MAX;
    await mkdir(dirname(path), { recursive: true, mode });
    const truncate = isNew && !append && rotation === undefined;
    const writer = await FileWriter.open({ path, truncate, rotation, events: this.#events });
    if (isNew) this.#opened.add(path);
    return writer;
  }

  #evict(): void {
    if (this.#writers.size <= this.#config.group_by.max_open_files) return;
    const [oldest] = this.#writers;
    if (oldest === undefined) return;
    this.#writers.delete(oldest[0]);
    this.#closeSoon(oldest[1], NEVER);
  }

  #closeSoon(opening: Promise<FileWriter>, deadline: AbortSignal): void {
    const closing = opening
      .then((writer) => writer.close(deadline))
      .catch((error: unknown) => this.#events.closeFailed(this.#config.path, errorText(error)))
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}

/** One request of all, where a signal can be joined. */
function joined(requests: readonly EncodedRequest[]): readonly EncodedRequest[] {
  const [first] = requests;
  const bodies = joinRequests(requests);
  if (first === undefined || bodies.length !== 1) return requests;
  const itemCount = requests.reduce((count, request) => count + request.itemCount, 0);
  return bodies.map((bytes) => ({ ...first, bytes, itemCount }));
}
