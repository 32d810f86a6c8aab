import {
  BODIES_IN_FLIGHT_MIN,
  grpcSettings,
  httpSettings,
  IN_FLIGHT_BYTES_MAX,
  inFlightBytesMax,
} from '@sonde/intake';
import { GRPC_LIMITS, HTTP_LIMITS, MemoryBudget } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { otlpConfig } from '../src/config.ts';

const NO_PROTOCOL = 'must specify at least one protocol when using the OTLP receiver';

const issues = (raw: unknown) => otlpConfig.safeParse(raw).error?.issues ?? [];

describe('the configuration of otlp', () => {
  it('serves the protocols that are there, null standing for defaults', () => {
    const both = otlpConfig.parse({ protocols: { grpc: null, http: null } });
    expect(both.protocols.grpc?.endpoint).toBe('localhost:4317');
    expect(both.protocols.http?.endpoint).toBe('localhost:4318');
    const one = otlpConfig.parse({ protocols: { http: {} } });
    expect(one.protocols.grpc).toBeUndefined();
    expect(one.protocols.http).toBeDefined();
    const off = otlpConfig.parse({ protocols: { grpc: { enabled: false }, http: null } });
    expect(off.protocols.grpc).toBeUndefined();
  });

  it("says upstream's words when no protocol is there", () => {
    for (const raw of [undefined, null, {}, { protocols: null }, { protocols: {} }]) {
      expect(issues(raw).map(({ message }) => message)).toEqual([NO_PROTOCOL]);
    }
  });

  it('refuses unknown keys where they stand', () => {
    expect(issues({ protocolz: {} })[0]).toMatchObject({ keys: ['protocolz'], path: [] });
    expect(issues({ protocols: { grpc: { endpointt: '' } } })[0]).toMatchObject({
      code: 'unrecognized_keys',
      keys: ['endpointt'],
      path: ['protocols', 'grpc'],
    });
  });

  it('refuses addresses and paths that are none', () => {
    const refused = [
      [{ grpc: { endpoint: '4317' } }, 'address 4317: missing port in address'],
      [{ http: { endpoint: 'localhost:http' } }, 'invalid port'],
      [{ http: { traces_url_path: '/a b' } }, 'invalid HTTP URL path set for signal'],
      [{ http: { traces_url_path: '/%zz' } }, 'invalid HTTP URL path set for signal'],
      [{ http: { response_headers: { 'a b': 'c' } } }, 'must be a valid HTTP token'],
      [{ http: { response_headers: { a: 'b\n' } } }, 'Invalid character in header content'],
      [{ http: { traces_url_path: '/x', logs_url_path: 'x' } }, 'two signals have the URL path'],
    ] as const;
    for (const [protocols, words] of refused) {
      expect(
        issues({ protocols })
          .map(({ message }) => message)
          .join(),
      ).toContain(words);
    }
  });

  it('is the limits of the servers where it says nothing', () => {
    const { grpc, http } = otlpConfig.parse({ protocols: { grpc: null, http: null } }).protocols;
    if (grpc === undefined || http === undefined) throw new Error('both are on');
    expect(grpcSettings(grpc).limits).toEqual(GRPC_LIMITS);
    const { idleTimeoutMs, writeTimeoutMs, ...limits } = httpSettings(http).limits;
    // Upstream's receiver sets both to "never".
    expect([idleTimeoutMs, writeTimeoutMs]).toEqual([0, 0]);
    expect(HTTP_LIMITS).toMatchObject(limits);
  });

  it('sets limits, and room for several of the largest bodies', () => {
    const config = otlpConfig.parse({
      protocols: {
        grpc: { max_recv_msg_size_mib: 20, max_concurrent_streams: 16 },
        http: { max_request_body_size: 200 * 1024 * 1024, read_timeout: '5s' },
      },
    });
    const { grpc, http } = config.protocols;
    if (grpc === undefined || http === undefined) throw new Error('both are on');
    expect(grpcSettings(grpc).limits).toMatchObject({
      messageBytesMax: 20 * 1024 * 1024,
      concurrentStreamsMax: 16,
    });
    expect(httpSettings(http).limits).toMatchObject({
      bodyBytesMax: 200 * 1024 * 1024,
      decompressedBytesMax: 200 * 1024 * 1024,
      readTimeoutMs: 5000,
    });
    expect(inFlightBytesMax(config.protocols)).toBe(200 * 1024 * 1024 * 2 * BODIES_IN_FLIGHT_MIN);
    const small = otlpConfig.parse({ protocols: { grpc: null } });
    expect(inFlightBytesMax(small.protocols)).toBe(IN_FLIGHT_BYTES_MAX);
    const memory = new MemoryBudget();
    expect(inFlightBytesMax(small.protocols, memory)).toBe(IN_FLIGHT_BYTES_MAX);
    memory.limitTo(200 * 1024 * 1024);
    expect(inFlightBytesMax(small.protocols, memory)).toBe(50 * 1024 * 1024);
    memory.limitTo(1024);
    expect(inFlightBytesMax(config.protocols, memory)).toBe(200 * 1024 * 1024 * 4);
  });

  it('reads a configuration as the Collector has it', () => {
    const config = otlpConfig.parse({
      protocols: {
        grpc: {
          endpoint: '0.0.0.0:4317',
          transport: 'tcp',
          max_recv_msg_size_mib: 32,
          max_concurrent_streams: 16,
          read_buffer_size: 1024,
          write_buffer_size: 1024,
          include_metadata: true,
          tls: { cert_file: 'a.crt', key_file: 'a.key', client_ca_file: 'ca.crt' },
          keepalive: {
            server_parameters: {
              max_connection_idle: '11s',
              max_connection_age: '12s',
              max_connection_age_grace: '13s',
              time: '30s',
              timeout: '5s',
            },
            enforcement_policy: { min_time: '10s', permit_without_stream: true },
          },
        },
        http: {
          endpoint: '0.0.0.0:4318',
          cors: {
            allowed_origins: ['https://*.test.com', 'https://test.com'],
            allowed_headers: ['ExampleHeader'],
            max_age: 7200,
          },
          auth: { authenticator: 'ingest_tokens' },
          response_headers: { 'x-a': 'b' },
          compression_algorithms: ['', 'gzip'],
          keep_alives_enabled: false,
        },
      },
    });
    const { grpc, http } = config.protocols;
    if (grpc === undefined || http === undefined) throw new Error('both are on');
    expect(grpcSettings(grpc)).toMatchObject({
      limits: { keepaliveTimeMs: 30_000, keepaliveTimeoutMs: 5000 },
      connection: {
        connectionIdleMsMax: 11_000,
        connectionAgeMsMax: 12_000,
        connectionAgeGraceMs: 13_000,
        pings: { intervalMsMin: 10_000, isAllowedWithoutCall: true },
      },
    });
    expect(httpSettings(http)).toMatchObject({
      contentEncodings: ['', 'gzip'],
      keepAlive: false,
      cors: { maxAgeSeconds: 7200 },
    });
  });
});
