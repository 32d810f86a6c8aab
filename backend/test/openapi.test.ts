import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningBackend, runBackend } from './backend-fixture.ts';

/** The document as it was agreed; `UPDATE_GOLDEN=1` writes it anew. */
const GOLDEN = new URL('./testdata/openapi.json', import.meta.url);

const MediaSchema = z.record(
  z.string(),
  z.looseObject({
    schema: z.looseObject({ $ref: z.string().optional() }),
    example: z.unknown().optional(),
  }),
);
const OperationSchema = z.looseObject({
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        schema: z.looseObject({ example: z.unknown().optional() }),
      }),
    )
    .default([]),
  responses: z.record(z.string(), z.looseObject({ content: MediaSchema.optional() })),
});
const DocumentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), OperationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

let running: RunningBackend;
let text: string;
let document: z.infer<typeof DocumentSchema>;

beforeAll(async () => {
  running = await runBackend({ version: '0.0.0-golden' });
  text = await (await fetch(`${running.url}/api/v1/openapi.json`)).text();
  document = DocumentSchema.parse(JSON.parse(text));
});
afterAll(() => running.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the description of the API', () => {
  it('is the one that was agreed', () => {
    const pretty = `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, pretty);
    expect(pretty).toBe(readFileSync(GOLDEN, 'utf8'));
  });

  it('has every path that the page asks for', () => {
    expect(Object.keys(document.paths).sort()).toEqual([
      '/api/v1/coverage',
      '/api/v1/logs',
      '/api/v1/logs/export',
      '/api/v1/logs/facets',
      '/api/v1/logs/fields',
      '/api/v1/logs/histogram',
      '/api/v1/logs/values',
      '/api/v1/logs/{id}',
      '/api/v1/logs/{id}/surroundings',
      '/api/v1/map',
      '/api/v1/map/calls',
      '/api/v1/metrics',
      '/api/v1/metrics/cardinality',
      '/api/v1/metrics/exemplars',
      '/api/v1/metrics/heatmap',
      '/api/v1/metrics/query',
      '/api/v1/metrics/values',
      '/api/v1/openapi.json',
      '/api/v1/patterns',
      '/api/v1/patterns/values',
      '/api/v1/requests/{id}',
      '/api/v1/senders',
      '/api/v1/services',
      '/api/v1/services/{service}',
      '/api/v1/settings',
      '/api/v1/settings/versions',
      '/api/v1/settings/versions/{version}',
      '/api/v1/spans',
      '/api/v1/spans/groups',
      '/api/v1/spans/heatmap',
      '/api/v1/spans/keys',
      '/api/v1/spans/peers',
      '/api/v1/spans/values',
      '/api/v1/status',
      '/api/v1/storage',
      '/api/v1/traces',
      '/api/v1/traces/analysis/attributes',
      '/api/v1/traces/analysis/breakdown',
      '/api/v1/traces/analysis/errors',
      '/api/v1/traces/analysis/latency',
      '/api/v1/traces/analysis/overview',
      '/api/v1/traces/{traceId}',
      '/api/v1/traces/{traceId}/back-links',
      '/api/v1/traces/{traceId}/outline',
      '/api/v1/traces/{traceId}/spans/{spanId}',
      '/api/v1/views',
      '/api/v1/views/{id}',
    ]);
  });

  it('has an example for every parameter and every answer', () => {
    for (const { path, method, operation } of operations()) {
      for (const parameter of operation.parameters) {
        expect(parameter.schema.example, `${method} ${path} ${parameter.name}`).toBeDefined();
      }
      for (const media of Object.values(operation.responses['200']?.content ?? {})) {
        const name = (media.schema.$ref ?? '').slice('#/components/schemas/'.length);
        const schema = document.components.schemas[name];
        // A file has no schema of ours: its example stands beside it.
        expect(schema ?? media, `${method} ${path}`).toHaveProperty('example');
      }
    }
  });

  it('gives examples that the API itself takes', async () => {
    for (const { path, method, operation } of operations()) {
      if (method !== 'get') continue;
      let url = path;
      const query = new URLSearchParams();
      for (const { name, in: place, schema } of operation.parameters) {
        if (place === 'path')
          url = url.replace(`{${name}}`, encodeURIComponent(`${schema.example}`));
        else if (place === 'query') query.set(name, `${schema.example}`);
      }
      const response = await fetch(`${running.url}${url}?${query}`);
      // Without a store the best there is: the parameters were fine.
      expect([200, 503], `${url}?${query} ${await response.clone().text()}`).toContain(
        response.status,
      );
    }
  });

  it('is there for people, without a script or a file from elsewhere', async () => {
    const response = await fetch(`${running.url}/api/docs`);
    const page = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(page).toContain('/api/v1/traces/{traceId}');
    expect(page).not.toMatch(/<script|src=|@import|href="http/);
    expect(response.headers.get('content-security-policy')).toMatch(/style-src 'self' 'sha256-/);
  });
});
