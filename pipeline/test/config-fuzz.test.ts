import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../src/config/config-error.ts';
import { SourceError } from '../src/config/sources.ts';
import { load, WORKING } from './fixture-config.ts';

const RUNS = 300;

function survives(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error instanceof ConfigError || error instanceof SourceError).toBe(true);
  }
}

/** Pieces that mean something to the readers, in any order. */
const pieces = fc.constantFrom(
  ...['receivers', 'otlp', 'protocols', 'service', 'pipelines', 'traces', ':', '::', '\n', '  '],
  ...[
    '- ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '$',
    '$$',
    '${',
    'env:X',
    'null',
    '0123',
    '"',
    "'",
    '&a',
    '*a',
  ],
  ...['<<', '!!str', '#', '/', '__proto__', 'constructor', 'toString', '|', '>', '\t', '\u0000'],
);

describe('any text at all', () => {
  it('is read, or refused with an error of the configuration', () => {
    const texts = fc.array(pieces, { maxLength: 30 }).map((list) => list.join(''));
    fc.assert(
      fc.property(texts, fc.string(), (text, value) => {
        survives(() => load(text, { env: { X: value } }));
      }),
      { numRuns: RUNS },
    );
  });

  it('is read or refused in the place of any value', () => {
    const places = fc.constantFrom(
      'receivers',
      'receivers.otlp',
      'receivers.otlp.protocols',
      'receivers.otlp.protocols.grpc.endpoint',
      'service',
      'service.extensions',
      'service.telemetry',
      'service.telemetry.logs.level',
      'service.pipelines.traces',
      'service.pipelines.traces.exporters',
    );
    fc.assert(
      fc.property(places, fc.json({ maxDepth: 3 }), (place, json) => {
        survives(() => load(WORKING, { sets: [`${place}=${json}`] }));
        survives(() => load(WORKING, { sets: [`${place}=\${env:X}`], env: { X: json } }));
      }),
      { numRuns: RUNS },
    );
  });
});
