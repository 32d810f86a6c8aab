import { countConnectorFactory } from '@sonde/connector-count';
import { forwardConnectorFactory } from '@sonde/connector-forward';
import { routingConnectorFactory } from '@sonde/connector-routing';
import { ebpfReceiverFactory } from '@sonde/ebpf-agent';
import { bufferExporterFactory } from '@sonde/exporter-buffer';
import { clickHouseExporterFactory } from '@sonde/exporter-clickhouse';
import { debugExporterFactory } from '@sonde/exporter-debug';
import { fileExporterFactory } from '@sonde/exporter-file';
import { kafkaExporterFactory } from '@sonde/exporter-kafka';
import { nopExporterFactory } from '@sonde/exporter-nop';
import { otlpGrpcExporterFactory } from '@sonde/exporter-otlp';
import { otlpHttpExporterFactory } from '@sonde/exporter-otlphttp';
import { prometheusExporterFactory } from '@sonde/exporter-prometheus';
import { basicAuthFactory } from '@sonde/extension-basicauth';
import { bearerTokenAuthFactory } from '@sonde/extension-bearertokenauth';
import { fileStorageFactory } from '@sonde/extension-file-storage';
import { headersSetterFactory } from '@sonde/extension-headers-setter';
import { healthCheckFactory } from '@sonde/extension-health-check';
import { ingestTokensFactory } from '@sonde/extension-ingest-tokens';
import { zpagesFactory } from '@sonde/extension-zpages';
import type { Factory } from '@sonde/pipeline';
import { attributesProcessorFactory } from '@sonde/processor-attributes';
import { batchProcessorFactory } from '@sonde/processor-batch';
import { cumulativeToDeltaFactory } from '@sonde/processor-cumulativetodelta';
import { filterProcessorFactory } from '@sonde/processor-filter';
import { memoryLimiterFactory } from '@sonde/processor-memory-limiter';
import { probabilisticSamplerFactory } from '@sonde/processor-probabilistic-sampler';
import { redactionProcessorFactory } from '@sonde/processor-redaction';
import { resourceProcessorFactory } from '@sonde/processor-resource';
import { resourceDetectionFactory } from '@sonde/processor-resourcedetection';
import { transformProcessorFactory } from '@sonde/processor-transform';
import { bufferReceiverFactory } from '@sonde/receiver-buffer';
import { filelogReceiverFactory } from '@sonde/receiver-filelog';
import { hostMetricsReceiverFactory } from '@sonde/receiver-hostmetrics';
import { jaegerReceiverFactory } from '@sonde/receiver-jaeger';
import { journaldReceiverFactory } from '@sonde/receiver-journald';
import { kafkaReceiverFactory } from '@sonde/receiver-kafka';
import { nopReceiverFactory } from '@sonde/receiver-nop';
import { otlpReceiverFactory } from '@sonde/receiver-otlp';
import { prometheusReceiverFactory } from '@sonde/receiver-prometheus';
import { syslogReceiverFactory } from '@sonde/receiver-syslog';
import { zipkinReceiverFactory } from '@sonde/receiver-zipkin';

/** Every component that configuration may name; the only file that knows them all. */
export const COMPONENTS: readonly Factory[] = [
  otlpReceiverFactory,
  jaegerReceiverFactory,
  zipkinReceiverFactory,
  hostMetricsReceiverFactory,
  filelogReceiverFactory,
  syslogReceiverFactory,
  journaldReceiverFactory,
  ebpfReceiverFactory,
  prometheusReceiverFactory,
  bufferReceiverFactory,
  kafkaReceiverFactory,
  nopReceiverFactory,
  memoryLimiterFactory,
  batchProcessorFactory,
  attributesProcessorFactory,
  resourceProcessorFactory,
  resourceDetectionFactory,
  cumulativeToDeltaFactory,
  filterProcessorFactory,
  probabilisticSamplerFactory,
  redactionProcessorFactory,
  transformProcessorFactory,
  bufferExporterFactory,
  kafkaExporterFactory,
  clickHouseExporterFactory,
  otlpGrpcExporterFactory,
  otlpHttpExporterFactory,
  debugExporterFactory,
  fileExporterFactory,
  prometheusExporterFactory,
  nopExporterFactory,
  forwardConnectorFactory,
  countConnectorFactory,
  routingConnectorFactory,
  basicAuthFactory,
  bearerTokenAuthFactory,
  fileStorageFactory,
  headersSetterFactory,
  healthCheckFactory,
  ingestTokensFactory,
  zpagesFactory,
];
