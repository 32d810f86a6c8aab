import type { ConsumingComponent, SondeError, Telemetry } from '@sonde/pipeline';
import { contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { jsonOf } from '@sonde/processor-test-graph';
import type { Signal } from '@sonde/proto';
import { routingConnectorFactory as factory } from '../src/index.ts';

/** A connector in front of pipelines that keep what they get. */
export class Routed {
  readonly logger: RecordingLogger = new RecordingLogger();
  /** By pipeline, in the order of arrival. */
  readonly arrived: Map<string, Telemetry[]> = new Map();
  /** What a pipeline answers from now on. */
  readonly refusals: Map<string, SondeError> = new Map();
  readonly #connector: ConsumingComponent;

  /** Pipelines are `a`, `b` and `c` of the signal. Throws as `create` does. */
  constructor(signal: Signal, config: unknown) {
    const ids = ['a', 'b', 'c'].map((name) => `${signal}/${name}`);
    const settings = { ...contractSettings('routing'), from: signal, to: signal };
    const pipelines = new Map(
      ids.map((id) => [id, { consume: (telemetry: Telemetry) => this.#take(id, telemetry) }]),
    );
    const next = { pipelines, consume: () => Promise.reject(new Error('nobody asks for all')) };
    const parsed = factory.config.parse(config);
    this.#connector = factory.create({ ...settings, logger: this.logger }, parsed, next);
  }

  send(telemetry: Telemetry): Promise<void> {
    return this.#connector.consume(telemetry);
  }

  /** Texts that match, of all that a pipeline got, in order. */
  texts(id: string, pattern: RegExp): readonly string[] {
    const json = JSON.stringify((this.arrived.get(id) ?? []).flatMap(jsonOf));
    return json.match(pattern) ?? [];
  }

  async #take(id: string, telemetry: Telemetry): Promise<void> {
    this.arrived.set(id, [...(this.arrived.get(id) ?? []), telemetry]);
    const refusal = this.refusals.get(id);
    if (refusal !== undefined) throw refusal;
  }
}
