import { html, raw } from 'hono/html';
import { contentSecurityPolicy } from '../http/security-headers.ts';
import type { Api } from './env.ts';
import { type OpenApiDocument, openApiDocument } from './openapi.ts';

type Html = ReturnType<typeof html>;
type PathItem = NonNullable<OpenApiDocument['paths']>[string];
type Operation = NonNullable<PathItem['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  code, pre { font: 14px/1.4 ui-monospace, monospace; }
  pre { overflow: auto; max-height: 24rem; padding: 0.75rem; border: 1px solid #8886; }
  section { border-top: 1px solid #8886; margin-top: 2rem; }
  td, th { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; }
`;

/** The OpenAPI document for people: one page without scripts or files from elsewhere. */
export function addDocs(api: Api, version: string): void {
  api.get('/api/docs', async (context) => {
    const page = String(await renderDocs(openApiDocument(api, version)));
    return context.html(page, 200, { 'Content-Security-Policy': contentSecurityPolicy(page) });
  });
}

function renderDocs(document: OpenApiDocument): Html {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    operationsOf(item).map(([method, operation]) => renderOperation(path, method, operation)),
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => html`<section id="schema-${name}">
      <h3>${name}</h3>
      ${renderJson(schema)}
    </section>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Sonde's API</title>
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <h1>Sonde's API ${document.info.version}</h1>
        <p>${document.info.description}</p>
        <p>For programs: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
        ${operations}
        <h2>Schemas</h2>
        ${schemas}
      </body>
    </html>`;
}

function operationsOf(item: PathItem): [string, Operation][] {
  const { get, put, post, delete: remove } = item;
  const operations: [string, Operation | undefined][] = [
    ['GET', get],
    ['PUT', put],
    ['POST', post],
    ['DELETE', remove],
  ];
  return operations.flatMap(([method, operation]): [string, Operation][] =>
    operation === undefined ? [] : [[method, operation]],
  );
}

function renderOperation(path: string, method: string, operation: Operation): Html {
  const parameters = operation.parameters ?? [];
  const rows = parameters.map(renderParameter);
  const answers = Object.entries(operation.responses ?? {}).map(
    ([status, answer]: [string, unknown]) => html`<tr>
      <td><code>${status}</code></td>
      <td>${renderJson(answer)}</td>
    </tr>`,
  );
  return html`<section>
    <h2><code>${method} ${path}</code></h2>
    <p>${operation.summary}</p>
    <p>${operation.description}</p>
    ${rows.length === 0 ? '' : html`<table>${rows}</table>`}
    <table>${answers}</table>
  </section>`;
}

function renderParameter(parameter: Parameter): Html {
  if ('$ref' in parameter) return html`<tr><td>${parameter.$ref}</td></tr>`;
  const { name, required, description, schema } = parameter;
  return html`<tr>
    <td><code>${name}</code>${required === true ? ' (required)' : ''}</td>
    <td>${description ?? ''} <code>${JSON.stringify(schema ?? {})}</code></td>
  </tr>`;
}

function renderJson(value: unknown): Html {
  return html`<pre>${JSON.stringify(value, undefined, 2)}</pre>`;
}
