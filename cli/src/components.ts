import type { Factory, NamedTypes } from '@sonde/pipeline';

/**
 * A component by its names; its code is loaded when a configuration names it. What a gateway does
 * not use is not on its heap: each collection of garbage walks the whole of that.
 */
export interface ComponentEntry {
  readonly kind: Factory['kind'];
  /** Its type, then the Collector's other names for it. */
  readonly names: readonly string[];
  load(): Promise<Factory>;
}

function entry(
  kind: Factory['kind'],
  names: readonly string[],
  load: () => Promise<Factory>,
): ComponentEntry {
  return { kind, names, load };
}

/** Every component that configuration may name; the only file that knows them all. */
export const COMPONENTS: readonly ComponentEntry[] = [
  entry(
    'receiver',
    ['otlp'],
    async () => (await import('@sonde/receiver-otlp')).otlpReceiverFactory,
  ),
  entry(
    'receiver',
    ['jaeger'],
    async () => (await import('@sonde/receiver-jaeger')).jaegerReceiverFactory,
  ),
  entry(
    'receiver',
    ['zipkin'],
    async () => (await import('@sonde/receiver-zipkin')).zipkinReceiverFactory,
  ),
  entry(
    'receiver',
    ['host_metrics', 'hostmetrics'],
    async () => (await import('@sonde/receiver-hostmetrics')).hostMetricsReceiverFactory,
  ),
  entry(
    'receiver',
    ['file_log', 'filelog'],
    async () => (await import('@sonde/receiver-filelog')).filelogReceiverFactory,
  ),
  entry(
    'receiver',
    ['syslog'],
    async () => (await import('@sonde/receiver-syslog')).syslogReceiverFactory,
  ),
  entry(
    'receiver',
    ['journald'],
    async () => (await import('@sonde/receiver-journald')).journaldReceiverFactory,
  ),
  entry(
    'receiver',
    ['kernel_log'],
    async () => (await import('@sonde/receiver-kernellog')).kernelLogReceiverFactory,
  ),
  entry('receiver', ['ebpf'], async () => (await import('@sonde/ebpf-agent')).ebpfReceiverFactory),
  entry(
    'receiver',
    ['prometheus'],
    async () => (await import('@sonde/receiver-prometheus')).prometheusReceiverFactory,
  ),
  entry(
    'receiver',
    ['buffer'],
    async () => (await import('@sonde/receiver-buffer')).bufferReceiverFactory,
  ),
  entry(
    'receiver',
    ['kafka'],
    async () => (await import('@sonde/receiver-kafka')).kafkaReceiverFactory,
  ),
  entry('receiver', ['nop'], async () => (await import('@sonde/receiver-nop')).nopReceiverFactory),
  entry(
    'processor',
    ['memory_limiter'],
    async () => (await import('@sonde/processor-memory-limiter')).memoryLimiterFactory,
  ),
  entry(
    'processor',
    ['batch'],
    async () => (await import('@sonde/processor-batch')).batchProcessorFactory,
  ),
  entry(
    'processor',
    ['attributes'],
    async () => (await import('@sonde/processor-attributes')).attributesProcessorFactory,
  ),
  entry(
    'processor',
    ['resource'],
    async () => (await import('@sonde/processor-resource')).resourceProcessorFactory,
  ),
  entry(
    'processor',
    ['resource_detection', 'resourcedetection'],
    async () => (await import('@sonde/processor-resourcedetection')).resourceDetectionFactory,
  ),
  entry(
    'processor',
    ['cumulative_to_delta', 'cumulativetodelta'],
    async () => (await import('@sonde/processor-cumulativetodelta')).cumulativeToDeltaFactory,
  ),
  entry(
    'processor',
    ['filter'],
    async () => (await import('@sonde/processor-filter')).filterProcessorFactory,
  ),
  entry(
    'processor',
    ['probabilistic_sampler'],
    async () =>
      (await import('@sonde/processor-probabilistic-sampler')).probabilisticSamplerFactory,
  ),
  entry(
    'processor',
    ['redaction'],
    async () => (await import('@sonde/processor-redaction')).redactionProcessorFactory,
  ),
  entry(
    'processor',
    ['log_patterns'],
    async () => (await import('@sonde/processor-log-patterns')).logPatternsProcessorFactory,
  ),
  entry(
    'processor',
    ['transform'],
    async () => (await import('@sonde/processor-transform')).transformProcessorFactory,
  ),
  entry(
    'exporter',
    ['buffer'],
    async () => (await import('@sonde/exporter-buffer')).bufferExporterFactory,
  ),
  entry(
    'exporter',
    ['kafka'],
    async () => (await import('@sonde/exporter-kafka')).kafkaExporterFactory,
  ),
  entry(
    'exporter',
    ['clickhouse'],
    async () => (await import('@sonde/exporter-clickhouse')).clickHouseExporterFactory,
  ),
  entry(
    'exporter',
    ['otlp_grpc', 'otlp'],
    async () => (await import('@sonde/exporter-otlp')).otlpGrpcExporterFactory,
  ),
  entry(
    'exporter',
    ['otlp_http', 'otlphttp'],
    async () => (await import('@sonde/exporter-otlphttp')).otlpHttpExporterFactory,
  ),
  entry(
    'exporter',
    ['debug'],
    async () => (await import('@sonde/exporter-debug')).debugExporterFactory,
  ),
  entry(
    'exporter',
    ['file'],
    async () => (await import('@sonde/exporter-file')).fileExporterFactory,
  ),
  entry(
    'exporter',
    ['prometheus'],
    async () => (await import('@sonde/exporter-prometheus')).prometheusExporterFactory,
  ),
  entry('exporter', ['nop'], async () => (await import('@sonde/exporter-nop')).nopExporterFactory),
  entry(
    'connector',
    ['forward'],
    async () => (await import('@sonde/connector-forward')).forwardConnectorFactory,
  ),
  entry(
    'connector',
    ['count'],
    async () => (await import('@sonde/connector-count')).countConnectorFactory,
  ),
  entry(
    'connector',
    ['routing'],
    async () => (await import('@sonde/connector-routing')).routingConnectorFactory,
  ),
  entry(
    'connector',
    ['span_metrics', 'spanmetrics'],
    async () => (await import('@sonde/connector-spanmetrics')).spanMetricsConnectorFactory,
  ),
  entry(
    'connector',
    ['service_graph', 'servicegraph'],
    async () => (await import('@sonde/connector-servicegraph')).serviceGraphConnectorFactory,
  ),
  entry(
    'extension',
    ['basicauth', 'basic_auth'],
    async () => (await import('@sonde/extension-basicauth')).basicAuthFactory,
  ),
  entry(
    'extension',
    ['bearertokenauth', 'bearer_token_auth'],
    async () => (await import('@sonde/extension-bearertokenauth')).bearerTokenAuthFactory,
  ),
  entry(
    'extension',
    ['file_storage'],
    async () => (await import('@sonde/extension-file-storage')).fileStorageFactory,
  ),
  entry(
    'extension',
    ['headers_setter'],
    async () => (await import('@sonde/extension-headers-setter')).headersSetterFactory,
  ),
  entry(
    'extension',
    ['health_check'],
    async () => (await import('@sonde/extension-health-check')).healthCheckFactory,
  ),
  entry(
    'extension',
    ['ingest_tokens'],
    async () => (await import('@sonde/extension-ingest-tokens')).ingestTokensFactory,
  ),
  entry(
    'extension',
    ['zpages'],
    async () => (await import('@sonde/extension-zpages')).zpagesFactory,
  ),
];

/** The factories of `entries`, in their order. */
export function loadComponents(
  entries: readonly ComponentEntry[] = COMPONENTS,
): Promise<readonly Factory[]> {
  return Promise.all(entries.map((each) => each.load()));
}

/**
 * The factories of what a configuration names; of all there are when it names one that is not there,
 * so that the refusal can list them.
 */
export function loadNamedComponents(named: NamedTypes): Promise<readonly Factory[]> {
  const found = new Set<ComponentEntry>();
  for (const [kind, types] of named) {
    for (const type of types) {
      const component = COMPONENTS.find((each) => each.kind === kind && each.names.includes(type));
      if (component === undefined) return loadComponents();
      found.add(component);
    }
  }
  return loadComponents(COMPONENTS.filter((each) => found.has(each)));
}
