import type { Consumer, ConsumingComponent, RowLink, Telemetry } from '@sonde/pipeline';
import {
  type AttributeRow,
  type AttributeValue,
  encodeNestedValue,
  rewriteResources,
  type Signal,
  withGroups,
} from '@sonde/proto';
import { ColumnProcessor, type ColumnStep, WireStep } from '@sonde/row-step';
import type { Detection } from './detection.ts';
import type { DetectedAttributes, DetectedValue } from './detector.ts';

export interface Options {
  readonly detection: Detection;
  /** Whether what was detected takes the place of what is there. */
  readonly override: boolean;
}

/** Puts what was detected into the resources of a pipeline's batches. */
export class ResourceDetectionProcessor implements ConsumingComponent {
  readonly rowLink: RowLink | undefined;
  readonly #detection: Detection;
  readonly #columns: ColumnProcessor;
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor({ detection, override }: Options, signal: Signal, next: Consumer) {
    this.#detection = detection;
    const put = putting(detection, override);
    this.#columns = new ColumnProcessor(resourceStep(put), next, wireStep(put, signal));
    this.rowLink = this.#columns.rowLink;
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'started';
    await this.#detection.acquire();
  }

  consume(telemetry: Telemetry): Promise<void> {
    return this.#columns.consume(telemetry);
  }

  async shutdown(): Promise<void> {
    if (this.#state !== 'started') return;
    this.#state = 'stopped';
    await this.#detection.release();
  }
}

/** Puts what was detected into one resource. */
type Put = (attributes: AttributeRow) => void;

function putting(detection: Detection, override: boolean): Put {
  let known: DetectedAttributes | undefined;
  let values: readonly (readonly [string, AttributeValue])[] = [];
  return (attributes) => {
    if (known !== detection.found) {
      known = detection.found;
      values = [...known].map(([key, value]) => [key, toValue(value)] as const);
    }
    for (const [key, value] of values) putOne(attributes, { key, value, override });
  };
}

function resourceStep(put: Put): ColumnStep {
  return (columns) => {
    const changes = rewriteResources(columns, put);
    return changes === undefined ? columns : withGroups(columns, changes);
  };
}

function wireStep(put: Put, signal: Signal): WireStep | undefined {
  if (signal === 'profiles') return undefined;
  const visits = {
    resources: ({ resource }: { readonly resource: AttributeRow }) => put(resource),
  };
  return new WireStep({ signal, changesResources: true, visitOf: () => visits });
}

function toValue(value: DetectedValue): AttributeValue {
  return typeof value === 'object' ? encodeNestedValue([...value]) : value;
}

interface Putting {
  readonly key: string;
  readonly value: AttributeValue;
  readonly override: boolean;
}

/** What is there already stays the same bytes where it has that value. */
function putOne(attributes: AttributeRow, { key, value, override }: Putting): void {
  const id = attributes.internKey(key);
  const at = attributes.indexOf(id);
  if (at < 0) attributes.append(id, value);
  else if (override && attributes.valueAt(at) !== value) attributes.set(at, value);
}
