import { clientMissing } from '@sonde/kafka-client';
import { type ExporterFactory, SendingExporter } from '@sonde/pipeline';
import { type KafkaExporterConfig, kafkaExporterConfig } from './config.ts';
import { KafkaDestination } from './kafka-destination.ts';

/** The exporter `kafka`: requests into Kafka topics. */
export const kafkaExporterFactory: ExporterFactory<KafkaExporterConfig> = {
  kind: 'exporter',
  type: 'kafka',
  config: kafkaExporterConfig,
  foresee: clientMissing,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: (settings, config) =>
    new SendingExporter(settings, config, new KafkaDestination(settings, config)),
};
