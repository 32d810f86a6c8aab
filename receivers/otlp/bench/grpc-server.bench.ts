import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { startGrpcJs } from './grpc-js-server.ts';
import { GrpcLoad } from './grpc-load.ts';
import { startSonde } from './sonde-server.ts';

/**
 * CPU of a request of 512 spans, answered after a scan: the receiver's server against grpc-js with
 * nothing around it. Each in a process of its own, interleaved rounds, medians.
 */
const ROUNDS = 3;
const REQUESTS = 1500;
const WARM_REQUESTS = 1500;
const SERVERS = { 'grpc-js': startGrpcJs, sonde: startSonde } as const;
const BAR = 0.75;

class ServerProcess {
  readonly #child: ChildProcess;
  readonly address: string;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  static async start(name: string): Promise<ServerProcess> {
    const child = fork(import.meta.filename, [name], { execArgv: ['--import', 'tsx'] });
    const [address] = await once(child, 'message');
    return new ServerProcess(child, String(address));
  }

  /** Microseconds of CPU since it started, of all threads. */
  async cpuMicroseconds(): Promise<number> {
    const answer = once(this.#child, 'message');
    this.#child.send('cpu');
    const [used] = await answer;
    return Number(used);
  }

  stop(): void {
    this.#child.kill();
  }
}

async function serve(name: string): Promise<void> {
  const start = name === 'sonde' ? SERVERS.sonde : SERVERS['grpc-js'];
  const address = await start();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.send?.(address);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >>> 1] ?? Number.NaN;
}

async function measure(server: ServerProcess, load: GrpcLoad): Promise<number> {
  await load.send(server.address, WARM_REQUESTS);
  const before = await server.cpuMicroseconds();
  await load.send(server.address, REQUESTS);
  return ((await server.cpuMicroseconds()) - before) / REQUESTS;
}

async function compare(): Promise<void> {
  const load = new GrpcLoad();
  const reference = await ServerProcess.start('grpc-js');
  const sonde = await ServerProcess.start('sonde');
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const grpcJs = await measure(reference, load);
    const own = await measure(sonde, load);
    ratios.push(own / grpcJs);
    const figures = `grpc-js ${grpcJs.toFixed(0)} us  sonde ${own.toFixed(0)} us a request`;
    process.stdout.write(`round ${round}  ${figures}  ratio ${(own / grpcJs).toFixed(2)}\n`);
  }
  reference.stop();
  sonde.stop();
  const ratio = median(ratios);
  const verdict = ratio <= BAR ? 'kept' : 'MISSED';
  const size = Math.round(load.bytesPerRequest);
  process.stdout.write(
    `${size} B a request  median ${ratio.toFixed(2)} (bar ${BAR}: ${verdict})\n`,
  );
}

const [name] = process.argv.slice(2);
await (process.send !== undefined && name !== undefined ? serve(name) : compare());
