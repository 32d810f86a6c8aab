import { z } from 'zod';
import type { Factory } from '../component.ts';
import { parseComponentId } from './component-id.ts';
import { type ConfigMap, type ConfigValue, ExpandedValue, isList, isMap } from './config-value.ts';
import { withDefaults } from './default-values.ts';
import { isSecretSchema, REDACTED } from './fields/secret.ts';
import { schemasAt } from './fields/wrapped-schema.ts';
import type { ResolvedConfig } from './resolve-config.ts';
import { OwnTelemetrySchema } from './telemetry-config.ts';

export type PrintMode = 'redacted' | 'unredacted';

export interface PrintableOptions {
  readonly factories: readonly Factory[];
  readonly mode: PrintMode;
}

/** Section of a configuration and the kind of factory that reads it. */
const SECTIONS = {
  receivers: 'receiver',
  processors: 'processor',
  exporters: 'exporter',
  connectors: 'connector',
  extensions: 'extension',
} as const;

const IDS = z.preprocess((raw) => raw ?? [], z.array(z.unknown()));
const PIPELINES = z.record(
  z.string(),
  z.preprocess(
    (raw) => raw ?? {},
    z.looseObject({ exporters: IDS, processors: IDS, receivers: IDS }),
  ),
);

/** Fields that hold secrets even where their schema calls them plain text. */
const SECRET_KEY =
  /(?:^|_)(?:password|passwd|passphrase|secret|token|api_?key|private_key|key_pem|credentials?|authorization)s?$/i;

/** Header values are secrets: nobody knows which of them are not. */
const HEADER_MAPS: ReadonlySet<string> = new Set(['headers', 'response_headers', 'headers_list']);

/** Of a header in a list: what says which it is, and where its value comes from. */
const PLAIN_HEADER_KEYS: ReadonlySet<string> = new Set([
  'name',
  'key',
  'action',
  'from_attribute',
  'from_context',
  'value_file',
]);

/** Inline htpasswd files and the like: secrets in a text that is none by its name. */
const SECRET_PATHS: readonly (readonly string[])[] = [['htpasswd', 'inline']];

/**
 * A resolved configuration as plain values with keys in alphabetical order and the defaults of what
 * was left out, each reference as what its field takes: a text where the component wants one, else
 * what YAML makes of it. `redacted`
 * shows `[REDACTED]` for secrets: fields that are by their schema or their name, header values, and
 * passwords in URLs.
 */
export function printableConfig(
  { root }: ResolvedConfig,
  options: PrintableOptions,
): Readonly<Record<string, unknown>> {
  const tree: Record<string, unknown> = {};
  for (const [section, kind] of Object.entries(SECTIONS)) {
    const components = seenThrough(root.get(section) ?? null);
    const entries = isMap(components) ? [...components] : [];
    tree[section] = Object.fromEntries(
      entries.sort(byKey).map(([key, value]) => {
        const schema = schemaOf(key, kind, options.factories);
        const shown = printable(value, { schema, path: [], mode: options.mode });
        return [key, decoded(shown, schema)];
      }),
    );
  }
  tree['service'] = printableService(seenThrough(root.get('service') ?? null), options.mode);
  return Object.fromEntries(Object.entries(tree).sort(byKey));
}

/** A component without a section has its defaults, if it has any keys. */
function decoded(shown: unknown, schema: z.ZodType | undefined): unknown {
  const whole = withDefaults(shown ?? {}, schema);
  return shown === null && Object.keys(Object(whole)).length === 0 ? null : whole;
}

function printableService(service: ConfigValue, mode: PrintMode): unknown {
  if (!isMap(service)) return service;
  const of = (key: string, schema?: z.ZodType): unknown =>
    printable(service.get(key) ?? null, { schema, path: [], mode });
  const rest = [...service.keys()].map((key): [string, unknown] => [key, of(key)]);
  return Object.fromEntries(
    Object.entries({
      ...Object.fromEntries(rest),
      extensions: of('extensions') ?? [],
      pipelines: printablePipelines(of('pipelines')),
      telemetry: withDefaults(of('telemetry', OwnTelemetrySchema) ?? {}, OwnTelemetrySchema),
    }).sort(byKey),
  );
}

/** Each with its three lists. */
function printablePipelines(pipelines: unknown): unknown {
  const whole = PIPELINES.safeParse(pipelines);
  return whole.success ? whole.data : pipelines;
}

function schemaOf(
  key: string,
  kind: Factory['kind'],
  factories: readonly Factory[],
): z.ZodType | undefined {
  const parsed = parseComponentId(key);
  if (!parsed.ok) return undefined;
  const { type } = parsed.id;
  return factories.find(
    (factory) =>
      factory.kind === kind && (factory.type === type || factory.aliases?.includes(type)),
  )?.config;
}

interface PrintWalk {
  readonly schema: z.ZodType | undefined;
  readonly path: readonly PropertyKey[];
  readonly mode: PrintMode;
}

function printable(value: ConfigValue, walk: PrintWalk): unknown {
  if (value instanceof ExpandedValue) {
    return printable(wantsText(walk) ? value.text : value.value, walk);
  }
  if (isMap(value)) return printableMap(value, walk);
  if (isList(value)) {
    return value.map((item, index) => printable(item, { ...walk, path: [...walk.path, index] }));
  }
  if (walk.mode === 'unredacted' || value === null || value === '') return value;
  if (isSecret(walk)) return REDACTED;
  return typeof value === 'string' ? withoutPassword(value) : value;
}

function printableMap(map: ConfigMap, walk: PrintWalk): unknown {
  const entries = [...map].sort(byKey).map(([key, value]) => {
    return [key, printable(value, { ...walk, path: [...walk.path, key] })];
  });
  return Object.fromEntries(entries);
}

function wantsText({ schema, path }: PrintWalk): boolean {
  const found = schemasAt(schema, path);
  return found.some((each) => each instanceof z.ZodString) && !found.some(takesMore);
}

function takesMore(schema: unknown): boolean {
  return schema instanceof z.ZodNumber || schema instanceof z.ZodBoolean;
}

function isSecret({ schema, path }: PrintWalk): boolean {
  const names = path.filter((key) => typeof key === 'string');
  const last = names.at(-1) ?? '';
  if (SECRET_KEY.test(last)) return true;
  // `headers: {k: v}` and `headers: [{name: k, value: v}]`.
  const container = names.at(-2);
  if (HEADER_MAPS.has(last)) return true;
  if (container !== undefined && HEADER_MAPS.has(container)) {
    const isListed = typeof path.at(-2) === 'number';
    if (!isListed || !PLAIN_HEADER_KEYS.has(last)) return true;
  }
  if (SECRET_PATHS.some((end) => endsWith(names, end))) return true;
  return schemasAt(schema, path).some(isSecretSchema);
}

function endsWith(path: readonly string[], end: readonly string[]): boolean {
  return end.every((key, index) => path[path.length - end.length + index] === key);
}

const URL_WITH_PASSWORD = /^([a-z][a-z0-9+.-]*:\/\/[^/?#@\s:]*):[^/?#@\s]+@/i;

function withoutPassword(text: string): string {
  return text.replace(URL_WITH_PASSWORD, (_match, before) => `${before}:${REDACTED}@`);
}

function seenThrough(value: ConfigValue): ConfigValue {
  return value instanceof ExpandedValue ? seenThrough(value.value) : value;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
