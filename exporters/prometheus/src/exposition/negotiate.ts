/** How a page is written. */
export interface Format {
  readonly openMetrics: boolean;
  /** Names with all characters, in quotes; else they are escaped to underscores. */
  readonly utf8: boolean;
  readonly contentType: string;
}

/** Media ranges looked at; the rest of a header is not. */
const RANGES_MAX = 32;
const OPEN_METRICS_VERSIONS: ReadonlySet<string> = new Set(['', '0.0.1', '1.0.0']);
const TEXT_VERSIONS: ReadonlySet<string> = new Set(['', '0.0.4', '1.0.0']);

interface Range {
  readonly type: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * The format that an `Accept` header wants most of those there are. Protobuf is not there; who wants
 * nothing that is, gets the text format, as from Prometheus' own library.
 */
export function negotiate(accept: string, openMetricsEnabled: boolean): Format {
  const ranges = accept.split(',', RANGES_MAX).map(parseRange);
  let utf8 = false;
  // A stable sort: of equal ones the first.
  for (const { type, parameters } of ranges.sort((a, b) => b.quality - a.quality)) {
    const version = parameters.get('version') ?? '';
    // Who takes such names in a better format takes them in this one, too.
    const escaping = parameters.get('escaping');
    if (escaping !== undefined) utf8 = escaping === 'allow-utf-8';
    if (
      openMetricsEnabled &&
      type === 'application/openmetrics-text' &&
      OPEN_METRICS_VERSIONS.has(version)
    ) {
      return format(true, utf8, version);
    }
    if (type === 'text/plain' && TEXT_VERSIONS.has(version)) return format(false, utf8, version);
  }
  return format(false, utf8, '');
}

function format(openMetrics: boolean, utf8: boolean, version: string): Format {
  const escaping = utf8 ? 'allow-utf-8' : 'underscores';
  const media = openMetrics
    ? `application/openmetrics-text; version=${version || '0.0.1'}`
    : 'text/plain; version=0.0.4';
  return {
    openMetrics,
    utf8,
    contentType: `${media}; charset=utf-8; escaping=${escaping}`,
  };
}

function parseRange(text: string): Range {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const [key = '', value = ''] = part.split('=', 2);
      return [key.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
    }),
  );
  const quality = Number(parameters.get('q') ?? '1');
  return { type: type.toLowerCase(), quality: Number.isFinite(quality) ? quality : 0, parameters };
}
