import { receiverContract } from '@sonde/pipeline/contract-suite';
import { syslogReceiverFactory } from '../src/index.ts';

receiverContract({
  factory: syslogReceiverFactory,
  config: () => ({
    protocol: 'rfc5424',
    tcp: { listen_address: '127.0.0.1:0' },
    udp: { listen_address: '127.0.0.1:0' },
  }),
  defaultsRefused: "missing field 'protocol'",
});
