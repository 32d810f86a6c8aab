import { createRoute, z } from '@hono/zod-openapi';
import { jsonAnswer } from './answers.ts';
import type { Api } from './env.ts';

export type OpenApiDocument = ReturnType<Api['getOpenAPI31Document']>;

const DESCRIPTION = `What Sonde knows, for programs. Times in answers are milliseconds since the epoch
unless a name ends in \`UnixNano\` (decimal text: 64 bits do not fit a JSON number); durations are
nanoseconds; ids are lower-case hex. Ranges are \`from\` inclusive to \`to\` exclusive. Errors have
the form of \`ApiError\` and a stable \`code\`.`;

const TAGS = [
  { name: 'services', description: 'Rate, errors and latency, from roll-ups.' },
  { name: 'traces', description: 'Traces and their spans.' },
  { name: 'logs', description: 'Log records, newest first.' },
  { name: 'metrics', description: 'What is measured, and its values over time.' },
  { name: 'settings', description: 'What people change while Sonde runs, in versions.' },
  { name: 'views', description: 'Addresses of the page that people keep and pass on.' },
  { name: 'status', description: 'How Sonde itself fares.' },
];

const DocumentSchema = z
  .record(z.string(), z.unknown())
  .openapi('OpenApiDocument', { example: { openapi: '3.1.0' } });

/** The document of every route that was added before or after. */
export function openApiDocument(api: Api, version: string): OpenApiDocument {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Sonde', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: TAGS,
  });
}

export function addOpenApi(api: Api, version: string): void {
  const route = createRoute({
    method: 'get',
    path: '/api/v1/openapi.json',
    tags: ['status'],
    summary: 'This description (OpenAPI 3.1)',
    responses: { 200: jsonAnswer('The document.', DocumentSchema) },
  });
  api.openapi(route, (context) => {
    const document: unknown = openApiDocument(api, version);
    return context.json(DocumentSchema.parse(document), 200);
  });
}
