import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { h2specPath } from '../../../scripts/lib/h2spec.mjs';
import { RawClient } from './grpc-client.ts';
import { start } from './harness.ts';
import { traces } from './otlp-bytes.ts';

const run = promisify(execFile);

const program = h2specPath();
const reason = existsSync(program) ? '' : ' (h2spec is not built here)';

describe('the HTTP/2 of the gRPC server', () => {
  it.skipIf(reason !== '')(
    `conforms to RFC 9113 and RFC 7541 in every case of h2spec${reason}`,
    async () => {
      const { grpc, pipeline } = await start();
      const { port } = new URL(`http://${grpc}`);
      // What it asks for is no call of gRPC: 405 with a text, whose windows it plays with.
      const { stdout } = await run(program, ['--strict', '--port', port, '--timeout', '5']);
      expect(stdout).toMatch(/146 tests, 146 passed, 0 skipped, 0 failed/);
      expect((await new RawClient(grpc).export(traces())).code).toBe(0);
      expect(pipeline.taken).toHaveLength(1);
    },
    120_000,
  );
});
