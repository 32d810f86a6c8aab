import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAY_ENVIRONMENT, GATEWAY_NODE_ARGS } from '@sonde/cli/gateway-start';
import { freePort } from '@sonde/pipeline/test/free-port';

const READY = 'Everything is ready';
const CLOCK_TICKS = 100;

const STDIO: { readonly stdio: ['ignore', 'ignore', 'pipe'] } = {
  stdio: ['ignore', 'ignore', 'pipe'],
};

/** Where a server listens, `host:port`. */
export type Addresses = Readonly<Record<'http' | 'grpc', string>>;

/** A server that takes OTLP, in a process of its own. */
export class OtlpServer {
  readonly addresses: Addresses;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, addresses: Addresses) {
    this.#child = child;
    this.addresses = addresses;
  }

  /** As `sonde up` starts its gateway. */
  static sonde(): Promise<OtlpServer> {
    const file = join(import.meta.dirname, 'otlp-counting-server.ts');
    return OtlpServer.start(into('count'), (yaml) =>
      spawn(process.execPath, [...GATEWAY_NODE_ARGS, '--import', 'tsx', file, yaml], {
        ...STDIO,
        env: { ...GATEWAY_ENVIRONMENT, ...process.env },
      }),
    );
  }

  /** The Go Collector, which decodes before its exporter `nop`. */
  static collector(binary: string): Promise<OtlpServer> {
    return OtlpServer.start(into('nop'), (yaml) =>
      spawn(binary, ['--config', `yaml:${yaml}`], STDIO),
    );
  }

  /** Any server that says when it is ready; `configure` gives its configuration. */
  static async start(
    configure: (addresses: Addresses) => object,
    run: (yaml: string) => ChildProcess,
  ): Promise<OtlpServer> {
    const addresses = {
      http: `127.0.0.1:${await freePort()}`,
      grpc: `127.0.0.1:${await freePort()}`,
    };
    const child = run(JSON.stringify(configure(addresses)));
    await untilReady(child);
    return new OtlpServer(child, addresses);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Seconds of CPU since it started. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.pid);
  }

  rssMegabytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

/** Of all threads of a process (proc(5), fields 14 and 15 of stat). */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

/** The receiver `otlp` before an exporter alone. */
function into(exporter: string): (addresses: Addresses) => object {
  const pipeline = { receivers: ['otlp'], exporters: [exporter] };
  return (addresses) => ({
    receivers: otlpReceiver(addresses),
    exporters: { [exporter]: null },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  });
}

/** `receivers` with the receiver `otlp` on these addresses. */
export function otlpReceiver({ http, grpc }: Addresses): object {
  return { otlp: { protocols: { http: { endpoint: http }, grpc: { endpoint: grpc } } } };
}

async function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes(READY)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`server ended with ${code}:\n${output}`)));
  });
}
