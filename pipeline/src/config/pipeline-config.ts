import type { Signal } from '@sonde/proto';

/** One entry of `service.pipelines`. */
export interface PipelineConfig {
  /** `traces`, `traces/errors`. */
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}
