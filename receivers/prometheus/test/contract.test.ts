import { receiverContract } from '@sonde/pipeline/contract-suite';
import { prometheusReceiverFactory } from '../src/index.ts';

receiverContract({
  factory: prometheusReceiverFactory,
  config: () => ({
    config: {
      scrape_configs: [{ job_name: 'none', static_configs: [{ targets: ['127.0.0.1:1'] }] }],
    },
  }),
  defaultsRefused: 'no Prometheus scrape_configs or target_allocator set',
});
