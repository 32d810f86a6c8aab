import type { Operation } from './flame-graph.ts';
import { type TraceSpans, type TraceTree, traceTree } from './trace-tree.ts';
import { wallTimes } from './wall-time.ts';

/** What a request of a service waits for. */
export type PartKind = 'own' | 'service' | 'dependency' | 'dns' | 'connect' | 'tls';

export interface PartSums {
  /** Wall-clock time, nanoseconds, weight applied. */
  time: number;
  calls: number;
  errors: number;
  /** Requests with such a call. */
  requests: number;
}

export interface Part {
  readonly kind: PartKind;
  readonly name: string;
  readonly selected: PartSums;
  readonly baseline: PartSums;
}

const CLIENT = 3;
const PRODUCER = 4;
const PARTS_MAX = 500;

/** Names of spans of HTTP clients and sockets, as instrumentations write them. */
const CONNECTION_PARTS: readonly (readonly [PartKind, RegExp])[] = [
  ['dns', /(^|[.\s_-])(dns|lookup|getaddrinfo)([.\s_-]|$)/i],
  ['tls', /(^|[.\s_-])(tls|ssl|handshake)([.\s_-]|$)/i],
  ['connect', /(^|[.\s_-])(tcp[.\s_-]connect|connect)$/i],
];

/** Time of a service's requests: in itself and in each that it calls. */
export class Breakdown {
  readonly #service: string;
  readonly #operations: readonly Operation[];
  readonly #parts = new Map<string, Part>();
  readonly requests: { selected: number; baseline: number } = { selected: 0, baseline: 0 };
  /** Sums of the requests' time. */
  readonly time: { selected: number; baseline: number } = { selected: 0, baseline: 0 };

  constructor(service: string, operations: readonly Operation[]) {
    this.#service = service;
    this.#operations = operations;
  }

  get parts(): readonly Part[] {
    return [...this.#parts.values()];
  }

  add(spans: TraceSpans): void {
    const serviceOf = (i: number): string | undefined =>
      this.#operations[spans.operations[i] ?? -1]?.service;
    if (!spans.operations.some((_, i) => serviceOf(i) === this.#service)) return;
    const tree = traceTree(spans, (operation) => isEntry(this.#operations[operation]));
    const walls = wallTimes(tree);
    for (const i of tree.order) {
      if (serviceOf(i) !== this.#service) continue;
      const parent = tree.parents[i] ?? -1;
      // Within the service only what is asked for over a connection is a request of its own.
      const isInside = parent >= 0 && serviceOf(parent) === this.#service;
      if (isInside && !isEntry(this.#operations[spans.operations[i] ?? -1])) continue;
      this.#addRequest(i, { spans, tree, walls });
    }
  }

  #addRequest(
    entry: number,
    { spans, tree, walls }: { spans: TraceSpans; tree: TraceTree; walls: Float64Array },
  ): void {
    const side = spans.selected ? 'selected' : 'baseline';
    this.requests[side] += spans.weight;
    const seen = new Set<Part>();
    const stack: { readonly span: number; readonly above: Part | undefined }[] = [
      { span: entry, above: undefined },
    ];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const part = this.#partOf(at, { spans, tree });
      const sums = part[side];
      const time = (walls[at.span] ?? 0) * spans.weight;
      sums.time += time;
      this.time[side] += time;
      if (part !== at.above) {
        sums.calls += spans.weight;
        sums.errors += (spans.errors[at.span] ?? 0) * spans.weight;
        if (!seen.has(part)) sums.requests += spans.weight;
        seen.add(part);
      }
      for (const child of tree.children[at.span] ?? []) stack.push({ span: child, above: part });
    }
  }

  /** Below a call everything is the one called, but for how the connection was made. */
  #partOf(
    { span, above }: { readonly span: number; readonly above: Part | undefined },
    { spans, tree }: { readonly spans: TraceSpans; readonly tree: TraceTree },
  ): Part {
    const operation = this.#operations[spans.operations[span] ?? -1];
    const connection = CONNECTION_PARTS.find(([, name]) => name.test(operation?.name ?? ''));
    const isOurs = operation?.service === this.#service;
    if (isOurs && connection !== undefined) return this.#part(connection[0], connection[0]);
    const isBelowCall = above !== undefined && above.kind !== 'own';
    if (isBelowCall) return above;
    if (operation === undefined) return this.#part('own', this.#service);
    if (!isOurs) return this.#part('service', operation.service);
    if (!this.#isCall(spans, span)) return this.#part('own', this.#service);
    const answering = (tree.children[span] ?? [])
      .map((child) => this.#operations[spans.operations[child] ?? -1])
      .find((child) => child !== undefined && isEntry(child));
    if (answering !== undefined) return this.#part('service', answering.service);
    return this.#part('dependency', operation.peer || operation.name);
  }

  #isCall(spans: TraceSpans, span: number): boolean {
    const kind = this.#operations[spans.operations[span] ?? -1]?.kind;
    return kind === CLIENT || kind === PRODUCER;
  }

  #part(kind: PartKind, name: string): Part {
    const key = `${kind} ${name}`;
    const known = this.#parts.get(key);
    if (known !== undefined) return known;
    if (this.#parts.size >= PARTS_MAX && name !== '(other)') return this.#part(kind, '(other)');
    const part = { kind, name, selected: noSums(), baseline: noSums() };
    this.#parts.set(key, part);
    return part;
  }
}

function isEntry(operation: Operation | undefined): boolean {
  return operation?.kind === 2 || operation?.kind === 5;
}

function noSums(): PartSums {
  return { time: 0, calls: 0, errors: 0, requests: 0 };
}
