import type { Component } from '@sonde/pipeline';
import { receiverContract } from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { otlpReceiverFactory } from '../src/factory.ts';
import { OtlpReceiver } from '../src/otlp-receiver.ts';
import { send } from './harness.ts';
import { logs, metrics, profiles, traces } from './otlp-bytes.ts';

const REQUESTS: Readonly<Record<Signal, { path: string; body: Buffer }>> = {
  traces: { path: '/v1/traces', body: traces() },
  metrics: { path: '/v1/metrics', body: metrics() },
  logs: { path: '/v1/logs', body: logs() },
  profiles: { path: '/v1development/profiles', body: profiles() },
};

async function sendByHttp(
  component: Component,
  signal: Signal,
): Promise<'accepted' | 'retry' | 'refused'> {
  if (!(component instanceof OtlpReceiver)) throw new Error('not an OTLP receiver');
  const { status } = await send(component.addresses.http ?? '', REQUESTS[signal]);
  if (status === 200) return 'accepted';
  return [429, 502, 503, 504].includes(status) ? 'retry' : 'refused';
}

receiverContract({
  factory: otlpReceiverFactory,
  config: () => ({
    protocols: { grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: '127.0.0.1:0' } },
  }),
  defaultsRefused: 'must specify at least one protocol when using the OTLP receiver',
  send: sendByHttp,
});
