import { anyValue } from '@sonde/metric-series';
import { type AttributeValue, type KeyValue, valueText } from '@sonde/proto';
import type { SpanMetricsConfig } from './config.ts';
import {
  COLLECTOR_INSTANCE,
  SERVICE_NAME,
  SPAN_KIND,
  SPAN_NAME,
  STATUS_CODE,
} from './dimension.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
const STATUSES = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const;

const SCOPE_NAME = 'span.instrumentation.scope.name';
const SCOPE_VERSION = 'span.instrumentation.scope.version';
const SAMPLING_METHOD = 'sampling.method';

/** What every series of a span has. */
export interface SpanHead {
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly isAdjusted: boolean;
  readonly scopeName: string;
  readonly scopeVersion: string;
}

export type DimensionValue = readonly [key: string, value: AttributeValue];

/** Names the series of a span: its key, and its attributes where it is new. */
export class SeriesNames {
  readonly #config: SpanMetricsConfig;
  readonly #instance: string;
  readonly #excluded: ReadonlySet<string>;
  readonly #scopes: ReadonlySet<string>;

  constructor(config: SpanMetricsConfig, instance: string) {
    this.#config = config;
    this.#instance = instance;
    this.#excluded = new Set(config.exclude_dimensions);
    this.#scopes = new Set(config.include_instrumentation_scope);
  }

  /** Spans of one key are one series; the scope and the instance are no part of it, as upstream. */
  key(head: SpanHead, values: readonly DimensionValue[]): string {
    const out = this.#excluded;
    let key = out.has(SERVICE_NAME) ? '' : head.service;
    if (!out.has(SPAN_NAME)) key += `\0${head.name}`;
    if (!out.has(SPAN_KIND)) key += `\0${head.kind}`;
    if (!out.has(STATUS_CODE)) key += `\0${head.status}`;
    for (const [name, value] of values) key += `\0${name}:${valueText(value)}`;
    if (!this.#config.enable_metrics_sampling_method) return key;
    return `${key}\0${samplingMethod(head)}`;
  }

  attributes(head: SpanHead, values: readonly DimensionValue[]): readonly KeyValue[] {
    const out = this.#excluded;
    const texts: (readonly [string, string])[] = [
      [SERVICE_NAME, head.service],
      [SPAN_NAME, head.name],
      [SPAN_KIND, kindText(head.kind)],
      [STATUS_CODE, STATUSES[head.status] ?? ''],
      [COLLECTOR_INSTANCE, this.#instance],
    ];
    const all = new Map<string, AttributeValue>(texts.filter(([key]) => !out.has(key)));
    if (head.scopeName !== '' && this.#scopes.has(head.scopeName)) {
      all.set(SCOPE_NAME, head.scopeName);
      if (head.scopeVersion !== '') all.set(SCOPE_VERSION, head.scopeVersion);
    }
    if (this.#config.enable_metrics_sampling_method) all.set(SAMPLING_METHOD, samplingMethod(head));
    for (const [key, value] of values) all.set(key, value);
    return [...all].map(([key, value]) => ({ key, value: anyValue(value) }));
  }
}

function kindText(kind: number): string {
  const known = KINDS[kind];
  return known === undefined ? '' : `SPAN_KIND_${known}`;
}

function samplingMethod({ isAdjusted }: SpanHead): string {
  return isAdjusted ? 'extrapolated' : 'counted';
}
