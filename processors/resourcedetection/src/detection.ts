import { setTimeout as pause } from 'node:timers/promises';
import { type Counter, metrics } from '@opentelemetry/api';
import type { Logger } from '@sonde/pipeline';
import type { DetectorName, ResourceDetectionConfig } from './config.ts';
import type { Detect, DetectedAttributes, DetectedValue, Surroundings } from './detector.ts';
import { detectAks } from './detectors/aks.ts';
import { detectAzure } from './detectors/azure.ts';
import { detectConsul } from './detectors/consul.ts';
import { detectDocker } from './detectors/docker.ts';
import { detectEc2 } from './detectors/ec2.ts';
import { detectEcs } from './detectors/ecs.ts';
import { detectEks } from './detectors/eks.ts';
import { detectEnv } from './detectors/env.ts';
import { detectGcp } from './detectors/gcp.ts';
import { detectHeroku } from './detectors/heroku.ts';
import { detectK8sApi } from './detectors/k8s-api.ts';
import { detectLambda } from './detectors/lambda.ts';
import { detectSystem } from './detectors/system.ts';

type Env = Surroundings['env'];

/**
 * What the detectors of one configuration found: asked once for all pipelines that the processor is
 * in, and again every `refresh_interval`. What was found stays until something else is.
 */
export class Detection {
  readonly #config: ResourceDetectionConfig;
  readonly #logger: Logger;
  readonly #env: Env;
  readonly #results: Counter;
  #found: DetectedAttributes = new Map();
  #users = 0;
  #starting: Promise<void> | undefined;
  #stop: AbortController = new AbortController();
  #refreshing: Promise<void> = Promise.resolve();

  constructor(config: ResourceDetectionConfig, logger: Logger, env: Env) {
    this.#config = config;
    this.#logger = logger;
    this.#env = env;
    const meter = metrics.getMeter('@sonde/processor-resourcedetection');
    this.#results = meter.createCounter('otelcol_processor_resourcedetection_detector_results', {
      description: 'Detections by detector and outcome.',
      unit: '{detections}',
    });
  }

  /** What was found last. */
  get found(): DetectedAttributes {
    return this.#found;
  }

  /** Resolves when the first detection is over, at the latest after `timeout`. */
  acquire(): Promise<void> {
    this.#users += 1;
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** The last user ends the refreshing. */
  async release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#stop.abort();
    await this.#refreshing;
    this.#starting = undefined;
    this.#stop = new AbortController();
  }

  async #start(): Promise<void> {
    if (this.#config.detectors.includes('k8snode')) {
      this.#logger.warn('the k8snode detector name is deprecated, use k8s_api instead');
    }
    await this.#detect();
    if (this.#config.refresh_interval > 0) this.#refreshing = this.#refresh(this.#stop.signal);
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#config.refresh_interval, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#detect();
    }
  }

  /** Asks all detectors at once; the first in order wins. Never rejects. */
  async #detect(): Promise<void> {
    const { detectors, timeout } = this.#config;
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#stop.signal]);
    const timer = setTimeout(() => ended.abort(), timeout);
    const answers = await Promise.all(detectors.map((name) => this.#ask(name, signal)));
    clearTimeout(timer);
    const merged = new Map<string, DetectedValue>();
    for (const answer of answers) {
      for (const [key, value] of answer ?? []) if (!merged.has(key)) merged.set(key, value);
    }
    const isWhole = !answers.includes(undefined);
    if (!isWhole && this.#found.size > 0) {
      this.#logger.warn('resource refresh failed; keeping previous snapshot');
      return;
    }
    this.#found = merged;
    const resource = [...merged].map(([key, value]) => `${key}=${value}`).join(',');
    this.#logger.info('detected resource information', { resource });
  }

  /** Tries until it has an answer or the time is over; undefined where it has none. */
  async #ask(name: DetectorName, signal: AbortSignal): Promise<DetectedAttributes | undefined> {
    const { retry, fail_on_missing_metadata: failOnMissing } = this.#config;
    const detect = this.#detector(name);
    const surroundings = { env: this.#env, logger: this.#logger, signal, failOnMissing };
    let waitMs = retry.initial_interval;
    for (;;) {
      try {
        const found = await detect(surroundings);
        this.#results.add(1, { detector: name, outcome: 'success' });
        return found;
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        this.#logger.warn('failed to detect resource', { detector: name, error: words });
        if (!retry.enabled || signal.aborted) break;
      }
      await pause(Math.min(waitMs, retry.max_interval), undefined, { signal }).catch(
        () => undefined,
      );
      waitMs *= retry.multiplier;
      if (signal.aborted) break;
    }
    this.#results.add(1, { detector: name, outcome: 'failure' });
    return undefined;
  }

  #detector(name: DetectorName): Detect {
    const { system, ec2, ecs, gcp, azure, aks, consul, docker, heroku, lambda } = this.#config;
    const { k8s_api, k8snode, eks } = this.#config;
    switch (name) {
      case 'env':
        return detectEnv;
      case 'system':
        return (surroundings) => detectSystem(surroundings, system);
      case 'ec2':
        return (surroundings) => detectEc2(surroundings, ec2);
      case 'ecs':
        return (surroundings) => detectEcs(surroundings, ecs);
      case 'gcp':
        return (surroundings) => detectGcp(surroundings, gcp);
      case 'azure':
        return (surroundings) => detectAzure(surroundings, azure);
      case 'aks':
        return (surroundings) => detectAks(surroundings, aks);
      case 'consul':
        return (surroundings) => detectConsul(surroundings, consul);
      case 'docker':
        return (surroundings) => detectDocker(surroundings, docker);
      case 'heroku':
        return (surroundings) => detectHeroku(surroundings, heroku);
      case 'lambda':
        return (surroundings) => detectLambda(surroundings, lambda);
      case 'eks':
        return (surroundings) => detectEks(surroundings, eks);
      case 'k8s_api':
        return (surroundings) => detectK8sApi(surroundings, k8s_api);
      case 'k8snode':
        return (surroundings) => detectK8sApi(surroundings, k8snode);
    }
  }
}
