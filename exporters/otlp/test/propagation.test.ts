import { GrpcClient, grpcClientFields } from '@sonde/pipeline/clients';
import { contractHost, contractSettings, requestBytes } from '@sonde/pipeline/contract-suite';
import { EXPORT_PATHS, RpcCode } from '@sonde/proto';
import { OtlpReceiver, otlpConfig } from '@sonde/receiver-otlp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { Backend } from './backend.ts';
import { DIRECT, exporting } from './exporting.ts';

/**
 * What a destination answers, and what the sender gets. Beside the Collector's list:
 * RESOURCE_EXHAUSTED without a delay is permanent, so 413 where that answers 429, which senders retry.
 */
const TABLE: readonly (readonly [keyof typeof RpcCode, number, keyof typeof RpcCode])[] = [
  ['cancelled', 503, 'unavailable'],
  ['unknown', 500, 'internal'],
  ['invalidArgument', 400, 'invalidArgument'],
  ['deadlineExceeded', 503, 'deadlineExceeded'],
  ['notFound', 500, 'internal'],
  ['alreadyExists', 500, 'internal'],
  ['permissionDenied', 403, 'permissionDenied'],
  ['resourceExhausted', 413, 'resourceExhausted'],
  ['failedPrecondition', 500, 'internal'],
  ['aborted', 503, 'unavailable'],
  ['outOfRange', 503, 'unavailable'],
  ['unimplemented', 404, 'unimplemented'],
  ['internal', 500, 'internal'],
  ['unavailable', 503, 'unavailable'],
  ['dataLoss', 503, 'unavailable'],
  ['unauthenticated', 401, 'unauthenticated'],
];

// Line 35 of the OTLP checklist: receiver otlp -> exporter otlp -> a real gRPC server.
describe('35: a destination’s status goes back to the sender', () => {
  it('by HTTP and by gRPC, code by code, with its words', async () => {
    const destination = new Backend();
    const { exporter } = await exporting({ endpoint: await destination.listen(), ...DIRECT });
    const protocols = { http: { endpoint: '127.0.0.1:0' }, grpc: { endpoint: '127.0.0.1:0' } };
    const config = otlpConfig.parse({ protocols });
    const gateway = new OtlpReceiver(config, { traces: exporter }, contractSettings('otlp'));
    await gateway.start(contractHost());
    onTestFinished(() => gateway.shutdown(AbortSignal.abort()));
    const fields = z.strictObject(grpcClientFields());
    const client = await GrpcClient.open(
      fields.parse({ endpoint: `http://${gateway.addresses.grpc}` }),
      contractHost(),
    );
    onTestFinished(() => client.close());
    for (const [name, status, back] of TABLE) {
      const details = `because of ${name}`;
      destination.answer = () => ({ code: RpcCode[name], details });
      const answer = await fetch(`http://${gateway.addresses.http}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: Buffer.from(requestBytes('traces')),
      });
      expect([name, answer.status]).toEqual([name, status]);
      expect(await answer.text()).toContain(details);
      const call = await client.call({
        path: EXPORT_PATHS.traces.grpc,
        message: requestBytes('traces'),
        signal: new AbortController().signal,
        deadlineUnixMs: undefined,
      });
      expect([name, call.code]).toEqual([name, RpcCode[back]]);
      expect(call.details).toContain(details);
    }
    expect(destination.received).toHaveLength(2 * TABLE.length);
  });
});
