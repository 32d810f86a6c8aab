import { type Counter, metrics } from '@opentelemetry/api';
import type { Logger } from '@sonde/pipeline';
import type { Entry, EntryOrigin } from './entry.ts';
import type { Operator, OperatorSpec, WriteEntry } from './operator.ts';
import { OperatorError } from './operator-error.ts';
import { uniqueIds } from './operator-ids.ts';
import { WarningGate } from './warning-gate.ts';

interface Node {
  readonly spec: OperatorSpec;
  readonly operator: Operator;
  readonly write: WriteEntry;
  /** Where entries go: operators, or undefined for the end of the chain. */
  targets: readonly (Node | undefined)[];
  /** By route. */
  routes: readonly (readonly (Node | undefined)[])[];
}

export interface OperatorChainOptions {
  /** Id of the receiver, for counters. */
  readonly receiver: string;
  readonly logger: Logger;
}

/**
 * Operators at work, one entry at a time and in order. What comes out is collected until it is
 * taken. An operator may hold entries back; whoever owns the chain asks it to `flush` now and then.
 */
export class OperatorChain {
  readonly #nodes: readonly Node[];
  readonly #warnings: WarningGate;
  readonly #logger: Logger;
  readonly #errors: Counter;
  readonly #receiver: string;
  #out: Entry[] = [];

  /** `specs` have passed `operatorList`. */
  constructor(specs: readonly OperatorSpec[], options: OperatorChainOptions) {
    const { logger, receiver } = options;
    this.#logger = logger;
    this.#receiver = receiver;
    this.#warnings = new WarningGate(logger);
    this.#errors = metrics.getMeter('sonde/logs').createCounter('sonde_log_operator_errors', {
      unit: '{log_records}',
      description: 'Log records that an operator could not work on.',
    });
    this.#nodes = specs.map((spec) => this.#node(spec));
    this.#connect();
  }

  /** How long an entry may be held back, the longest of the operators. Milliseconds; 0 for none. */
  get holdMs(): number {
    return Math.max(0, ...this.#nodes.map(({ operator }) => operator.holdMs ?? 0));
  }

  /** The entry belongs to the chain. Never throws. */
  process(entry: Entry): void {
    this.#give(this.#nodes[0], entry);
  }

  /** What came out since the last time. */
  take(): readonly Entry[] {
    if (this.#out.length === 0) return [];
    const out = this.#out;
    this.#out = [];
    return out;
  }

  /** Lets go of what has been held back for its time, or of everything. */
  flush(what: 'due' | 'all'): void {
    const now = performance.now();
    for (const { operator, write } of this.#nodes) {
      if (operator.flush === undefined) continue;
      operator.flush(
        what === 'all' ? Number.POSITIVE_INFINITY : now - (operator.holdMs ?? 0),
        write,
      );
    }
  }

  /** The first record of `source` that is held back or not taken yet. */
  earliestHeld(source: object): EntryOrigin | undefined {
    let earliest: EntryOrigin | undefined;
    for (const origin of this.#heldOrigins()) {
      if (origin.source !== source) continue;
      if (earliest === undefined || origin.offset < earliest.offset) earliest = origin;
    }
    return earliest;
  }

  *#heldOrigins(): Iterable<EntryOrigin> {
    for (const { operator } of this.#nodes) {
      for (const { origin } of operator.held?.() ?? []) if (origin !== undefined) yield origin;
    }
    for (const { origin } of this.#out) if (origin !== undefined) yield origin;
  }

  #node(spec: OperatorSpec): Node {
    const operator = spec.create({ logger: this.#logger });
    const node: Node = {
      spec,
      operator,
      targets: [],
      routes: [],
      write: (entry, route) =>
        this.#giveAll(route === undefined ? node.targets : node.routes[route], entry),
    };
    return node;
  }

  #connect(): void {
    const ids = uniqueIds(this.#nodes.map(({ spec }) => spec));
    const byId = new Map(this.#nodes.map((node, i) => [ids[i], node]));
    const find = (names: readonly string[]): readonly (Node | undefined)[] =>
      names.map((id) => byId.get(id));
    for (const [index, node] of this.#nodes.entries()) {
      const { output, routes } = node.spec;
      node.targets = output.length === 0 ? [this.#nodes[index + 1]] : find(output);
      node.routes = (routes ?? []).map(find);
    }
  }

  #giveAll(targets: readonly (Node | undefined)[] | undefined, entry: Entry): void {
    if (targets === undefined) return;
    for (const [index, target] of targets.entries()) {
      this.#give(target, index === targets.length - 1 ? entry : entry.copy());
    }
  }

  #give(node: Node | undefined, entry: Entry): void {
    if (node === undefined) {
      this.#out.push(entry);
      return;
    }
    const { spec, operator, write } = node;
    try {
      if (spec.condition !== undefined && !spec.condition.test(entry)) write(entry);
      else operator.process(entry, write);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      this.#fail(node, entry, error);
    }
  }

  #fail({ spec, write }: Node, entry: Entry, error: OperatorError): void {
    const { onError } = spec;
    this.#errors.add(1, { receiver: this.#receiver, operator: spec.type, action: onError });
    const fields = { error: error.message, action: onError, operator_type: spec.type };
    if (onError === 'send' || onError === 'drop') {
      this.#warnings.warn('Failed to process entry', fields);
    } else {
      this.#logger.debug('Failed to process entry', fields);
    }
    if (onError === 'send' || onError === 'send_quiet') write(entry);
  }
}
