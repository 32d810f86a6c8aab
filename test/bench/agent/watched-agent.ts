import { fork } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { AGENT_ENVIRONMENT, AGENT_NODE_ARGS } from '@sonde/cli/gateway-start';
import { z } from 'zod';
import { Child } from './children.ts';

const SONDE = fileURLToPath(new URL('../../../cli/dist/sonde.js', import.meta.url));

/** Requests on a port as one side saw them, and their time. */
export interface Seen {
  readonly count: number;
  readonly seconds: number;
  readonly failed: number;
}

export interface AgentOptions {
  readonly intervalMs: number;
  readonly withSpans: boolean;
  /** `json` is counted by `seen`; `proto` is what agents send. */
  readonly encoding: 'json' | 'proto';
}

const POINT = z.object({
  attributes: z
    .array(
      z.object({
        key: z.string(),
        value: z.object({ stringValue: z.string().optional(), intValue: z.string().optional() }),
      }),
    )
    .default([]),
  count: z.coerce.number().default(0),
  sum: z.coerce.number().default(0),
});
const REQUEST = z.object({
  resourceMetrics: z.array(
    z.object({
      scopeMetrics: z.array(
        z.object({
          metrics: z.array(
            z.object({
              name: z.string(),
              histogram: z.object({ dataPoints: z.array(POINT) }).optional(),
            }),
          ),
        }),
      ),
    }),
  ),
});

const REQUEST_METRIC = /^(?:http|db|rpc)\.(server|client)\.(?:request|operation|call)\.duration$/;

/** The agent as people run it, and what it says of requests. */
export class WatchedAgent {
  readonly child: Child;
  readonly #server: Server;
  readonly #seen: Map<string, Map<string, Seen>>;

  private constructor(child: Child, server: Server, seen: Map<string, Map<string, Seen>>) {
    this.child = child;
    this.#server = server;
    this.#seen = seen;
  }

  /** Resolves when it observes. */
  static async start(options: AgentOptions): Promise<WatchedAgent> {
    const seen = new Map<string, Map<string, Seen>>();
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const isCounted = request.url === '/v1/metrics' && options.encoding === 'json';
        if (isCounted) take(seen, Buffer.concat(chunks).toString());
        response.setHeader('content-type', 'application/json');
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const args = ['agent', '--config', `yaml:${configOf(options, port ?? 0)}`];
    const child = new Child(
      fork(SONDE, args, {
        execArgv: [...AGENT_NODE_ARGS],
        env: { ...AGENT_ENVIRONMENT, ...process.env },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    );
    const ready = await child.message();
    if (ready !== 'ready') throw new Error(`the agent said ${JSON.stringify(ready)}`);
    return new WatchedAgent(child, server, seen);
  }

  /** What the given side counted on a port until its last report. */
  seen(side: 'server' | 'client', port: number): Seen {
    const points = this.#seen.get(`${side} ${port}`)?.values() ?? [];
    const total = { count: 0, seconds: 0, failed: 0 };
    for (const { count, seconds, failed } of points) {
      total.count += count;
      total.seconds += seconds;
      total.failed += failed;
    }
    return total;
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.child.end(signal);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function configOf({ intervalMs, withSpans, encoding }: AgentOptions, port: number): string {
  const pipeline = { receivers: ['ebpf'], exporters: ['otlp_http'] };
  return JSON.stringify({
    receivers: { ebpf: { collection_interval: `${intervalMs}ms` } },
    exporters: {
      otlp_http: { endpoint: `http://127.0.0.1:${port}`, encoding, compression: 'none' },
    },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
      pipelines: { metrics: pipeline, ...(withSpans ? { traces: pipeline } : {}) },
    },
  });
}

/** Points are cumulative: the last of each series counts. */
function take(seen: Map<string, Map<string, Seen>>, body: string): void {
  const { resourceMetrics } = REQUEST.parse(JSON.parse(body));
  for (const [index, { scopeMetrics }] of resourceMetrics.entries()) {
    for (const { metrics } of scopeMetrics) {
      for (const { name, histogram } of metrics) {
        const side = REQUEST_METRIC.exec(name)?.[1];
        if (side === undefined) continue;
        for (const point of histogram?.dataPoints ?? []) takePoint(seen, `${side}`, index, point);
      }
    }
  }
}

function takePoint(
  seen: Map<string, Map<string, Seen>>,
  side: string,
  resource: number,
  { attributes, count, sum }: z.infer<typeof POINT>,
): void {
  const value = (key: string): string => {
    const found = attributes.find((attribute) => attribute.key === key)?.value;
    return found?.stringValue ?? found?.intValue ?? '';
  };
  const key = `${side} ${value('server.port')}`;
  const points = seen.get(key) ?? new Map<string, Seen>();
  seen.set(key, points);
  const status = value('http.response.status_code') || value('rpc.response.status_code');
  const failed = ['500', 'INTERNAL'].includes(status) ? count : 0;
  points.set(`${resource} ${JSON.stringify(attributes)}`, { count, seconds: sum, failed });
}
