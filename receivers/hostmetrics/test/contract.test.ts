import { receiverContract } from '@sonde/pipeline/contract-suite';
import { hostMetricsReceiverFactory } from '../src/factory.ts';

receiverContract({
  factory: hostMetricsReceiverFactory,
  config: () => ({ initial_delay: '0s', scrapers: { cpu: null, memory: null } }),
  defaultsRefused: 'must specify at least one scraper when using host_metrics receiver',
});
