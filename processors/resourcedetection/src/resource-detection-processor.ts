import type { Consumer, ConsumingComponent, Telemetry } from '@sonde/pipeline';
import {
  type AttributeEditor,
  type AttributeValue,
  encodeNestedValue,
  rewriteResources,
  withGroups,
} from '@sonde/proto';
import { ColumnProcessor, type ColumnStep } from '@sonde/row-step';
import type { Detection } from './detection.ts';
import type { DetectedAttributes, DetectedValue } from './detector.ts';

/** Puts what was detected into the resources of a pipeline's batches. */
export class ResourceDetectionProcessor implements ConsumingComponent {
  readonly #detection: Detection;
  readonly #columns: ColumnProcessor;
  #state: 'new' | 'started' | 'stopped' = 'new';

  constructor(detection: Detection, override: boolean, next: Consumer) {
    this.#detection = detection;
    this.#columns = new ColumnProcessor(resourceStep(detection, override), next);
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

function resourceStep(detection: Detection, override: boolean): ColumnStep {
  let known: DetectedAttributes | undefined;
  let values: readonly (readonly [string, AttributeValue])[] = [];
  return (columns) => {
    if (known !== detection.found) {
      known = detection.found;
      values = [...known].map(([key, value]) => [key, toValue(value)] as const);
    }
    const changes = rewriteResources(columns, (attributes) => {
      for (const [key, value] of values) put(attributes, { key, value, override });
    });
    return changes === undefined ? columns : withGroups(columns, changes);
  };
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
function put(attributes: AttributeEditor, { key, value, override }: Putting): void {
  const id = attributes.internKey(key);
  const at = attributes.indexOf(id);
  if (at < 0) attributes.append(id, value);
  else if (override && attributes.valueAt(at) !== value) attributes.set(at, value);
}
