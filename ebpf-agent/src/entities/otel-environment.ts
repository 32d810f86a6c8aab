/** What a process says of itself to OpenTelemetry SDKs; its own words win over what is guessed. */
export interface OtelEnvironment {
  readonly serviceName: string | undefined;
  /** OTEL_RESOURCE_ATTRIBUTES without `service.name`. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What the variables begin with that are looked at. */
export const OTEL_VARIABLE = 'OTEL_';

const ATTRIBUTES_MAX = 64;

const NOTHING: OtelEnvironment = { serviceName: undefined, attributes: {} };

/** Of the variables in /proc/<pid>/environ that begin with `OTEL_VARIABLE`; the rest is not looked at. */
export function otelEnvironment(variables: readonly string[]): OtelEnvironment {
  const name = variable(variables, 'OTEL_SERVICE_NAME');
  const list = variable(variables, 'OTEL_RESOURCE_ATTRIBUTES');
  if (name === undefined && list === undefined) return NOTHING;
  const { 'service.name': listed, ...attributes } = parseAttributes(list ?? '');
  return { serviceName: name ?? listed, attributes };
}

function variable(variables: readonly string[], name: string): string | undefined {
  const found = variables.find((entry) => entry.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1).trim();
  return value === '' ? undefined : value;
}

/** `key1=value1,key2=value2`, percent-encoded as in W3C baggage; what is malformed is left out. */
function parseAttributes(list: string): Readonly<Record<string, string>> {
  const pairs: [string, string][] = [];
  for (const part of list.split(',').slice(0, ATTRIBUTES_MAX)) {
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(0, equals)).trim();
    if (key !== '') pairs.push([key, decoded(part.slice(equals + 1).trim())]);
  }
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A bare percent sign: the text as it stands.
    return text;
  }
}
