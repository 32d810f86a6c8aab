// Which way the arrows between folders run. A rule's comment says what to do instead.
const COMPONENTS = '^(receivers|processors|exporters|extensions)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other are one module, or miss a third that both use.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'proto-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^proto/src' },
      to: {
        path: '^(?!proto/)(buffer|pipeline|delivery|kafka-client|store|receivers|processors|exporters|extensions|backend|web|cli)/',
      },
    },
    {
      name: 'buffer-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^buffer/src' },
      to: {
        path: '^(proto|pipeline|delivery|kafka-client|store|receivers|processors|exporters|extensions|backend|web|cli)/',
      },
    },
    {
      name: 'pipeline-imports-proto-only',
      comment: 'The engine names no component.',
      severity: 'error',
      from: { path: '^pipeline/src' },
      to: {
        path: '^(buffer|delivery|kafka-client|store|receivers|processors|exporters|extensions|backend|web|cli)/',
      },
    },
    {
      name: 'store-imports-proto-only',
      severity: 'error',
      from: { path: '^store/src' },
      to: {
        path: '^(buffer|pipeline|delivery|kafka-client|receivers|processors|exporters|extensions|backend|web|cli)/',
      },
    },
    {
      name: 'components-never-import-each-other',
      comment:
        'Code that several components share is a package of its own, under receivers/lib, processors/lib or exporters/lib.',
      severity: 'error',
      from: { path: `${COMPONENTS}([^/]+)/src` },
      to: { path: COMPONENTS, pathNot: '^($1/$2|(receivers|processors|exporters)/lib)/' },
    },
    {
      name: 'buffer-for-its-components-only',
      severity: 'error',
      from: { path: COMPONENTS, pathNot: '^(receivers|exporters)/(buffer|kafka)/' },
      to: { path: '^buffer/' },
    },
    {
      name: 'delivery-imports-buffer-proto-pipeline',
      comment: 'Between a buffer and a pipeline it knows neither kind of buffer nor any component.',
      severity: 'error',
      from: { path: '^delivery/src' },
      to: {
        path: '^(kafka-client|store|receivers|processors|exporters|extensions|backend|web|cli)/',
      },
    },
    {
      name: 'kafka-client-imports-buffer-proto-pipeline',
      comment: 'What the two components have in common; it knows neither.',
      severity: 'error',
      from: { path: '^kafka-client/src' },
      to: { path: '^(delivery|store|receivers|processors|exporters|extensions|backend|web|cli)/' },
    },
    {
      name: 'kafka-client-for-kafka-components-only',
      comment: '`sonde replay` logs in as they do.',
      severity: 'error',
      from: { path: '^(?!kafka-client/|(receivers|exporters)/kafka/|cli/)' },
      to: { path: '^kafka-client/' },
    },
    {
      name: 'delivery-for-readers-of-buffers-only',
      severity: 'error',
      from: { path: '^(?!delivery/|cli/|test/|receivers/(buffer|kafka)/)' },
      to: { path: '^delivery/' },
    },
    {
      name: 'store-for-clickhouse-only',
      severity: 'error',
      from: { path: COMPONENTS, pathNot: '^exporters/clickhouse/' },
      to: { path: '^store/' },
    },
    {
      name: 'agent-imports-proto-pipeline',
      comment: 'It speaks OTLP to whoever listens: of the rest of Sonde it knows nothing.',
      severity: 'error',
      from: { path: '^ebpf-agent/src' },
      to: {
        path: '^(buffer|delivery|kafka-client|store|receivers|processors|exporters|extensions|backend|web|cli)/',
      },
    },
    {
      name: 'backend-imports-store-and-settings',
      comment:
        'Of the engine the backend knows the settings alone (@sonde/pipeline/settings), and what makes patterns of lines, which both do.',
      severity: 'error',
      from: { path: '^backend/src' },
      to: {
        path: '^(proto|buffer|pipeline|delivery|kafka-client|receivers|processors|exporters|extensions|web|cli)/',
        pathNot: '^(pipeline/src/settings|processors/lib/log-patterns)/',
      },
    },
    {
      name: 'web-imports-api-types-only',
      severity: 'error',
      from: { path: '^web/src' },
      to: {
        path: '^(proto|buffer|pipeline|delivery|kafka-client|store|receivers|processors|exporters|extensions|backend|cli)/',
        pathNot: '^backend/src/api/contract/',
      },
    },
    {
      name: 'only-the-command-knows-components',
      severity: 'error',
      from: { path: '^(?!cli/|test/|receivers/|processors/|exporters/|extensions/)' },
      to: { path: `${COMPONENTS}[^/]+/src` },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(node_modules|\\.tsbuild|/dist/|/build/|\\.svelte-kit)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
