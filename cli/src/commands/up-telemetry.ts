/** Own metrics leave that often. */
const METRIC_INTERVAL_MS = 10_000;

export interface OwnTelemetryAddresses {
  /** OTLP/HTTP of the gateway that runs here. */
  readonly otlp: string;
  /** Where own metrics are served; absent: nowhere. */
  readonly prometheus?: { readonly host: string; readonly port: number };
}

/**
 * Own spans, metrics and lines of a process of `sonde up`, sent to its own gateway like anybody
 * else's: `--set` arguments for the section at `key`.
 */
export function ownTelemetrySets(
  key: string,
  { otlp, prometheus }: OwnTelemetryAddresses,
): readonly string[] {
  const exporter = { otlp: { protocol: 'http/protobuf', endpoint: otlp } };
  const readers = [
    { periodic: { interval: METRIC_INTERVAL_MS, exporter } },
    ...(prometheus === undefined ? [] : [{ pull: { exporter: { prometheus } } }]),
  ];
  const processors = [{ batch: { exporter } }];
  return [
    ...set(`${key}::metrics::level`, 'normal'),
    ...set(`${key}::metrics::readers`, JSON.stringify(readers)),
    ...set(`${key}::traces::processors`, JSON.stringify(processors)),
    ...set(`${key}::logs::processors`, JSON.stringify(processors)),
  ];
}

/** Keys are paths of the configuration; `--set` writes dots as `::` itself, so `::` is safe for both. */
export function set(key: string, value: string): readonly string[] {
  return ['--set', `${key.replaceAll('::', '.')}=${value}`];
}
