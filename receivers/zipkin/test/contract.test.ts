import type { Component } from '@sonde/pipeline';
import { receiverContract } from '@sonde/pipeline/contract-suite';
import { ZipkinReceiver, zipkinReceiverFactory } from '../src/index.ts';

const SPAN = {
  traceId: 'a',
  id: 'b',
  name: 'x',
  timestamp: 1,
  localEndpoint: { serviceName: 's' },
};

async function send(component: Component): Promise<'accepted' | 'retry' | 'refused'> {
  if (!(component instanceof ZipkinReceiver)) throw new Error('not a Zipkin receiver');
  const url = `http://${component.address}/api/v2/spans`;
  const { status } = await fetch(url, { method: 'POST', body: JSON.stringify([SPAN]) });
  if (status === 202) return 'accepted';
  return [429, 502, 503, 504].includes(status) ? 'retry' : 'refused';
}

receiverContract({
  factory: zipkinReceiverFactory,
  config: () => ({ endpoint: '127.0.0.1:0', keep_alives_enabled: false }),
  send,
});
