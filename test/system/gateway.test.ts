import { createServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { freePort } from '@sonde/pipeline/test/free-port';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Destination, GatewayProcess, READY, sendSpan } from './gateway-process.ts';

let gateway: GatewayProcess;
let destination: Destination;
let target: string;
let port: number;

beforeEach(async () => {
  gateway = new GatewayProcess();
  destination = new Destination();
  target = await destination.listen();
  port = await freePort();
});

afterEach(async () => {
  await gateway.remove();
  await destination.close();
});

interface Shape {
  readonly metrics?: string;
  readonly name?: string;
  readonly more?: string;
}

function yaml({ metrics = '{level: none}', name = 'otlp', more = '' }: Shape = {}): string {
  return `
receivers: {${name}: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
exporters: {otlp_http: {endpoint: "${target}"}}
service:
  telemetry: {metrics: ${metrics}}
  pipelines: {traces: {receivers: [${name}], exporters: [otlp_http]}}
${more}`;
}

/** Sends until it is told to stop; what it returns was acknowledged. */
function sendForever(): { readonly stop: () => Promise<readonly string[]> } {
  const acknowledged: string[] = [];
  let stopped = false;
  const sender = async (offset: number): Promise<void> => {
    for (let count = offset; !stopped; count += 4) {
      const name = `req-${count}`;
      // As an SDK does: the same data again until somebody takes it.
      while (!stopped && !(await sendSpan(port, name))) await nextTurn();
      if (!stopped) acknowledged.push(name);
    }
  };
  const senders = [0, 1, 2, 3].map(sender);
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(senders);
      return acknowledged;
    },
  };
}

describe('sonde gateway --config', () => {
  it('starts, serves and ends as a Collector does', async () => {
    await gateway.start(yaml());
    expect(await sendSpan(port, 'req-1')).toBe(true);
    expect(await gateway.stop()).toBe(0);
    expect(destination.names.get('req-1')).toBe(1);
    for (const line of ['Starting sonde...', 'Starting shutdown...', 'Shutdown complete.']) {
      expect(gateway.output).toContain(line);
    }
  });

  it('ends with the text of the Collector when a port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    gateway.write(yaml());
    gateway.spawn(['--config', gateway.file]);
    expect(await gateway.ended()).toBe(1);
    const last = gateway.output.trimEnd().split('\n').at(-1);
    expect(last).toBe(
      'Error: cannot start pipelines: failed to start "otlp" receiver: ' +
        `listen tcp 127.0.0.1:${port}: bind: address already in use`,
    );
    const metrics = `{readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${port}}}}}]}`;
    gateway.write(yaml({ metrics }));
    gateway.spawn(['--config', gateway.file]);
    expect(await gateway.ended()).toBe(1);
    expect(gateway.output).toContain(
      `Error: failed to create meter provider: binding address 127.0.0.1:${port} for Prometheus ` +
        `exporter: listen tcp 127.0.0.1:${port}: bind: address already in use`,
    );
    other.close();
  });

  it('serves the metrics that dashboards ask for', async () => {
    const scraped = await freePort();
    const metrics = `{readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${scraped}}}}}]}`;
    await gateway.start(yaml({ metrics }));
    expect(await sendSpan(port, 'req-1')).toBe(true);
    await expect.poll(() => destination.names.size).toBe(1);
    const text = (): Promise<string> =>
      fetch(`http://127.0.0.1:${scraped}/metrics`).then((response) => response.text());
    const sent =
      /^otelcol_exporter_sent_spans\{exporter="otlp_http",server_address="127\.0\.0\.1",server_port="\d+",url_path="\/v1\/traces"\} 1$/m;
    await expect.poll(text).toMatch(sent);
    const page = await text();
    for (const line of [
      'otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 1',
      'otelcol_receiver_refused_spans{receiver="otlp",transport="http"} 0',
      'otelcol_exporter_queue_capacity{data_type="traces",exporter="otlp_http"} 1000',
      'otelcol_exporter_queue_size{data_type="traces",exporter="otlp_http"} 0',
    ]) {
      expect(page).toContain(`${line}\n`);
    }
    expect(page).toMatch(/^otelcol_process_uptime \d/m);
    expect(page).toMatch(/^otelcol_process_memory_rss \d/m);
    expect(page).toMatch(/^target_info\{.*service_name="sonde-gateway".*\} 1$/m);
  });

  it('loses nothing it acknowledged when it ends under load', async () => {
    await gateway.start(yaml());
    const load = sendForever();
    await expect.poll(() => destination.names.size, { timeout: 30_000 }).toBeGreaterThan(50);
    gateway.signal('SIGTERM');
    expect(await gateway.ended()).toBe(0);
    const acknowledged = await load.stop();
    expect(acknowledged.filter((name) => !destination.names.has(name))).toEqual([]);
  });
});

describe('SIGHUP', () => {
  it('replaces the pipelines under load, and no request is lost', async () => {
    await gateway.start(yaml());
    const load = sendForever();
    for (const [index, name] of ['otlp/b', 'otlp/c', 'otlp/d'].entries()) {
      const before = destination.names.size;
      await expect
        .poll(() => destination.names.size, { timeout: 30_000 })
        .toBeGreaterThan(before + 20);
      gateway.write(yaml({ name }));
      gateway.signal('SIGHUP');
      await gateway.line(READY, index + 2);
    }
    const acknowledged = await load.stop();
    expect(await gateway.stop()).toBe(0);
    expect(acknowledged.filter((name) => !destination.names.has(name))).toEqual([]);
    expect(gateway.output.split('Config updated, restart service')).toHaveLength(4);
  });

  it('keeps the pipelines when the new file is bad, and says what is wrong', async () => {
    await gateway.start(yaml());
    gateway.write(yaml({ more: 'oops: 1\n' }));
    gateway.signal('SIGHUP');
    await gateway.line('Config is invalid, the running pipelines stay');
    await gateway.line("'' has invalid keys: oops");
    expect(await sendSpan(port, 'req-1')).toBe(true);
    gateway.write(yaml());
    gateway.signal('SIGHUP');
    await gateway.line(READY, 2);
    // The connection that is kept may be one that the receiver before has closed.
    await expect.poll(() => sendSpan(port, 'req-2'), { timeout: 10_000 }).toBe(true);
  });

  it('brings the old pipelines back when the new ones cannot start', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const taken = typeof address === 'object' ? address?.port : 0;
    await gateway.start(yaml());
    gateway.write(yaml().replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${taken}`));
    gateway.signal('SIGHUP');
    await gateway.line('The new config does not start, the one before is started again');
    await gateway.line('bind: address already in use');
    await expect.poll(() => sendSpan(port, 'req-1'), { timeout: 10_000 }).toBe(true);
    other.close();
  });
});
