import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';

const READY = 'Everything is ready';
const READY_TIMEOUT_MS = 20_000;

/** The Go Collector between a client and Sonde: OTLP/HTTP in, OTLP/gRPC (gzip) out. */
export class Collector {
  readonly endpoint: string;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(endpoint: string, child: ChildProcess, directory: string) {
    this.endpoint = endpoint;
    this.#process = child;
    this.#directory = directory;
  }

  static async start(binary: string, target: string): Promise<Collector> {
    const directory = mkdtempSync(join(tmpdir(), 'sonde-collector-'));
    const port = await freePort();
    const file = join(directory, 'config.yaml');
    writeFileSync(file, configuration(port, target));
    const child = spawn(binary, ['--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    await untilReady(child);
    return new Collector(`http://127.0.0.1:${port}`, child, directory);
  }

  async stop(): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.kill('SIGTERM');
    await gone;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function configuration(port: number, target: string): string {
  return `
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:${port}
processors:
  batch:
    timeout: 200ms
exporters:
  otlp_grpc:
    endpoint: ${target}
    tls:
      insecure: true
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp]
      processors: [batch]
      exporters: [otlp_grpc]
`;
}

async function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(output)), READY_TIMEOUT_MS);
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (!output.includes(READY)) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => reject(new Error(`Collector ended with ${code}:\n${output}`)));
  });
}
