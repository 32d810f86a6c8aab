import { SIGNALS } from '@sonde/proto';
import { z } from 'zod';
import type { Factory } from '../component.ts';
import { isSecretSchema } from './fields/secret.ts';
import { wrappedBy } from './fields/wrapped-schema.ts';
import { type JsonSchema, liftDefinitions } from './schema-children.ts';
import { shareRepeated } from './share-repeated.ts';
import { OwnTelemetrySchema } from './telemetry-config.ts';

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

const REFERENCE_PATTERN = '\\$\\{[^}]+\\}';

/** `${env:PORT}` may stand for any value, and null leaves every field's default. */
const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  reference: { type: 'string', pattern: REFERENCE_PATTERN },
  nothing: { type: 'null' },
};
const REFERENCE: JsonSchema = { $ref: '#/$defs/reference' };
const NOTHING: JsonSchema = { $ref: '#/$defs/nothing' };

/**
 * The JSON schema (draft 2020-12) of a whole configuration of these components, from the schemas
 * that read it: what a user may write, before defaults. Checks of meaning are not in it.
 */
export function configJsonSchema(factories: readonly Factory[]): JsonSchema {
  const definitions = { ...DEFINITIONS };
  const section = (kind: Factory['kind']): JsonSchema =>
    sectionOf(
      factories.filter((factory) => factory.kind === kind),
      definitions,
    );
  return shareRepeated({
    $schema: DRAFT,
    title: 'Sonde: configuration of a gateway',
    type: 'object',
    additionalProperties: false,
    properties: {
      receivers: section('receiver'),
      processors: section('processor'),
      exporters: section('exporter'),
      connectors: section('connector'),
      extensions: section('extension'),
      service: orAbsent({
        type: 'object',
        additionalProperties: false,
        properties: {
          extensions: ids(),
          pipelines: orAbsent({
            type: 'object',
            additionalProperties: false,
            patternProperties: { [`^(${SIGNALS.join('|')})(/.+)?$`]: pipeline() },
          }),
          telemetry: orAbsent(schemaOf(OwnTelemetrySchema)),
        },
      }),
    },
    $defs: definitions,
  });
}

function sectionOf(
  factories: readonly Factory[],
  definitions: Record<string, JsonSchema>,
): JsonSchema {
  const entries = factories
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .map((factory): [string, JsonSchema] => {
      const own = liftDefinitions(schemaOf(factory.config), factory.type, definitions);
      const names = [factory.type, ...(factory.aliases ?? [])].join('|');
      return [`^(${names})(/.+)?$`, orAbsent(own)];
    });
  return orAbsent({
    type: 'object',
    additionalProperties: false,
    patternProperties: Object.fromEntries(entries),
  });
}

function pipeline(): JsonSchema {
  return orAbsent({
    type: 'object',
    additionalProperties: false,
    properties: { receivers: ids(), processors: ids(), exporters: ids() },
  });
}

function ids(): JsonSchema {
  return orAbsent({ type: 'array', items: { type: 'string' } });
}

function orAbsent(schema: JsonSchema): JsonSchema {
  const { type } = schema;
  if (typeof type !== 'string' || RESTRICTIONS.some((key) => key in schema)) {
    return { anyOf: [schema, NOTHING, REFERENCE] };
  }
  if (type === 'string') return { ...schema, type: ['string', 'null'] };
  return { ...schema, type: [type, 'null', 'string'], pattern: REFERENCE_PATTERN };
}

/** What limits the texts of a schema, so that a reference would not be one of them. */
const RESTRICTIONS = ['enum', 'const', 'pattern', 'format', 'minLength', 'maxLength'] as const;

/** One schema's own, without `$schema`. */
function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _draft, ...own } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const wrapped = wrappedBy(zodSchema);
      if (wrapped !== undefined) {
        const inner = schemaOf(wrapped.inner);
        Object.assign(jsonSchema, wrapped.isSection ? withEnabled(inner) : inner);
      } else if (isSecretSchema(zodSchema)) {
        jsonSchema.writeOnly = true;
      }
      if (jsonSchema.properties !== undefined) relaxProperties(jsonSchema);
    },
  });
  return own;
}

/** Keys that a union or another wrapper hides stay as they are: `enabled` is the section's. */
function withEnabled(inner: JsonSchema): JsonSchema {
  const properties = { enabled: orAbsent({ type: 'boolean' }), ...inner.properties };
  return { ...inner, properties };
}

/** Every field may be null or a reference; what is required upstream checks later. */
function relaxProperties(schema: JsonSchema): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (typeof property === 'boolean' || isRelaxed(property)) continue;
    schema.properties = { ...schema.properties, [key]: orAbsent(property) };
  }
}

function isRelaxed({ type, anyOf }: JsonSchema): boolean {
  if (Array.isArray(type)) return true;
  return (
    anyOf?.some((option) => typeof option === 'object' && option.$ref === NOTHING.$ref) ?? false
  );
}
