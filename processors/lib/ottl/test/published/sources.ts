/** Where the statements were published. */
export const SOURCES = {
  transform:
    'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/processor/transformprocessor/README.md',
  transformTests:
    'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/processor/transformprocessor/testdata/config.yaml',
  language:
    'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/ottl/README.md',
  functions:
    'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/ottl/ottlfuncs/README.md',
  otelcol:
    'https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/ottl/contexts/ottlotelcol/README.md',
  pull: 'https://github.com/open-telemetry/opentelemetry-collector-contrib/pull/42209',
  opentelemetry: 'https://opentelemetry.io/docs/collector/transforming-telemetry/',
  signoz: 'https://signoz.io/docs/opentelemetry-collection-agents/opentelemetry-collector/ottl/',
  oneuptime:
    'https://oneuptime.com/blog/post/2026-02-06-filter-processor-opentelemetry-collector/view',
  maksim: 'https://mak-sim.ru/notes/OTEL/Filter-processor',
  alloy: 'https://grafana.com/docs/alloy/latest/reference/components/otelcol.processor.transform',
  dash0: 'https://www.dash0.com/docs/api-reference/schemas/OTTLStatement',
  ganhua: 'https://ganhua.wang/otel-collector-filter-processor.md',
  waymark: 'https://mcp.waymark.network/r/e3a32daf-fd89-4df9-a5f2-8122fef54393',
} as const;
