import { labelName } from '@sonde/metric-names';
import type { MetricColumns } from '@sonde/proto';
import type { PrometheusConfig } from '../config.ts';
import { type MetricLabels, resourceAttributes, targetOf } from './metric-labels.ts';
import type { Family, Series, TwoForms } from './series.ts';

/** Targets kept at once; beyond them new ones have no `target_info`. */
export const TARGETS_MAX = 100_000;

const NEVER = { low: 0, high: 0 };

interface Known {
  readonly fingerprint: string;
  readonly labels: TwoForms;
  updatedMs: number;
}

/** `target_info`: what a resource says beside the target it is, once a target. */
export class TargetInfo {
  readonly #labels: MetricLabels;
  readonly #name: string;
  /** By job and instance. */
  readonly #targets = new Map<string, Known>();

  constructor(labels: MetricLabels, { namespace, utf8 }: PrometheusConfig) {
    this.#labels = labels;
    const prefix = namespace === '' ? undefined : labelName(namespace, utf8);
    this.#name = prefix === undefined ? 'target_info' : `${prefix}_target_info`;
  }

  /** A resource without job or instance is no target. */
  note(columns: MetricColumns, nowMs: number): void {
    const { resources } = columns;
    for (let row = 0; row < resources.count; row++) {
      const attributes = resourceAttributes(columns, row);
      const { job, instance } = targetOf(attributes);
      if (!job || !instance) continue;
      const key = `${job}\0${instance}`;
      const fingerprint = resources.fingerprint.subarray(row * 2, row * 2 + 2).join();
      const known = this.#targets.get(key);
      if (known !== undefined && known.fingerprint === fingerprint) known.updatedMs = nowMs;
      else if (known !== undefined || this.#targets.size < TARGETS_MAX) {
        const labels = this.#labels.ofTarget(attributes);
        this.#targets.set(key, { fingerprint, labels, updatedMs: nowMs });
      }
    }
  }

  expire(oldestMs: number): void {
    for (const [key, { updatedMs }] of this.#targets) {
      if (updatedMs < oldestMs) this.#targets.delete(key);
    }
  }

  family(): Family | undefined {
    if (this.#targets.size === 0) return undefined;
    const name = { utf8: this.#name, classic: this.#name };
    const series = new Map<string, Series>();
    const family: Family = { name, type: 'gauge', help: 'Target metadata', series };
    for (const { labels, updatedMs } of this.#targets.values()) {
      series.set(labels.utf8, {
        family,
        labels,
        ids: new Set(),
        sample: { kind: 'number', value: 1, exemplars: [] },
        start: NEVER,
        time: NEVER,
        updatedMs,
      });
    }
    return family;
  }
}
