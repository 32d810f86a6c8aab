import { status } from '@grpc/grpc-js';
import type { Component } from '@sonde/pipeline';
import { receiverContract } from '@sonde/pipeline/contract-suite';
import { JaegerReceiver, jaegerReceiverFactory } from '../src/index.ts';
import { callGrpc, postSpansRequest } from './jaeger-client.ts';

async function send(component: Component): Promise<'accepted' | 'retry' | 'refused'> {
  if (!(component instanceof JaegerReceiver)) throw new Error('not a Jaeger receiver');
  const [code] = await callGrpc(component.addresses.grpc ?? '', postSpansRequest('x'));
  if (code === status.OK) return 'accepted';
  return code === status.UNAVAILABLE ? 'retry' : 'refused';
}

const endpoint = '127.0.0.1:0';

receiverContract({
  factory: jaegerReceiverFactory,
  config: () => ({
    protocols: {
      grpc: { endpoint },
      thrift_http: { endpoint },
      thrift_compact: { endpoint },
      thrift_binary: { endpoint },
    },
  }),
  defaultsRefused: 'must specify at least one protocol when using the Jaeger receiver',
  send,
});
