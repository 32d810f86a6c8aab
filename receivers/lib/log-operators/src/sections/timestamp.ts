import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { field } from '../config-fields.ts';
import { type EntryValue, typeName } from '../entry.ts';
import type { Field } from '../field.ts';
import { OperatorError } from '../operator-error.ts';
import { EPOCH_LAYOUTS, epochToNano } from '../time/epoch.ts';
import {
  gotimeLayout,
  strptimeLayout,
  TimeLayoutError,
  type TimePart,
} from '../time/time-layout.ts';
import { TimeReader } from '../time/time-reader.ts';
import { TimeZone } from '../time/time-zone.ts';
import { toUnixNano, type Zones } from '../time/to-unix-nano.ts';
import type { Transform } from '../transform.ts';

export interface TimestampConfig {
  readonly parse_from: Field;
  readonly layout_type: string;
  readonly layout: string;
  readonly location: string;
  readonly time_zone_locations: Readonly<Record<string, string>>;
}

interface TimestampShape {
  readonly parse_from: z.ZodType<Field>;
  readonly layout_type: z.ZodType<string>;
  readonly layout: z.ZodType<string>;
  readonly location: z.ZodType<string>;
  readonly time_zone_locations: z.ZodType<Readonly<Record<string, string>>>;
}

/** The keys of a time parser. */
export const TIMESTAMP: TimestampShape = {
  parse_from: field(),
  layout_type: z.string().default('strptime'),
  layout: z.string().default(''),
  location: z.string().default(''),
  time_zone_locations: z.record(z.string(), z.string()).default({}),
};

type Context = Parameters<typeof refuseMeaning>[0];

/** The section `timestamp`. */
export function timestampSection(): z.ZodType<Transform> {
  return z
    .strictObject(TIMESTAMP)
    .transform((config, context) => timestamp(config, context) ?? z.NEVER);
}

/** Reads the time of an entry. Undefined, and refused, where the layout is none. */
export function timestamp(config: TimestampConfig, context: Context): Transform | undefined {
  const read = readerOf(config, context);
  if (read === undefined) return undefined;
  const { parse_from: from } = config;
  return (entry) => {
    const value = from.get(entry);
    if (value === undefined) {
      throw new OperatorError(`log entry does not have the expected parse_from field (${from})`);
    }
    entry.timeUnixNano = read(value);
  };
}

type ReadNano = (value: EntryValue) => bigint;

function readerOf(config: TimestampConfig, context: Context): ReadNano | undefined {
  const { layout_type: type, layout } = config;
  if (layout === '') {
    refuseMeaning(context, { text: 'missing required configuration parameter `layout`' });
    return undefined;
  }
  switch (type) {
    case 'epoch': {
      const epoch = EPOCH_LAYOUTS.find((known) => known === layout);
      if (epoch !== undefined) return (value) => epochToNano(epoch, value);
      refuseMeaning(context, {
        text: `invalid \`layout\` for \`epoch\` type: ${JSON.stringify(layout)}`,
        path: ['layout'],
        hint: `specify one of ${EPOCH_LAYOUTS.join(', ')}`,
      });
      return undefined;
    }
    case 'strptime':
      return layoutReader(config, strptimeLayout, context);
    case 'gotime':
      return layoutReader(config, gotimeLayout, context);
    default:
      refuseMeaning(context, {
        text: `unsupported layout_type ${type}`,
        path: ['layout_type'],
        hint: 'valid values are strptime, gotime, epoch',
      });
      return undefined;
  }
}

function layoutReader(
  config: TimestampConfig,
  parse: (layout: string) => readonly TimePart[],
  context: Context,
): ReadNano | undefined {
  try {
    const reader = new TimeReader(parse(config.layout));
    const zones = zonesOf(config, context);
    return zones && ((value) => toUnixNano(reader.read(timeText(value)), zones));
  } catch (error) {
    if (!(error instanceof TimeLayoutError)) throw error;
    refuseMeaning(context, { text: error.message, path: ['layout'] });
    return undefined;
  }
}

function timeText(value: EntryValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'bigint') return value.toString();
  throw new OperatorError(`type ${typeName(value)} cannot be parsed as a time`);
}

function zonesOf(config: TimestampConfig, context: Context): Zones | undefined {
  const location = timeZone(config.location === '' ? 'Local' : config.location, context);
  if (location === undefined) return undefined;
  const byName = new Map<string, TimeZone>();
  for (const [name, place] of Object.entries(config.time_zone_locations)) {
    const zone = timeZone(place, context);
    if (zone === undefined) return undefined;
    byName.set(name, zone);
  }
  return { location, byName };
}

/** Undefined, and refused, where there is no zone of that name. */
export function timeZone(name: string, context: Context): TimeZone | undefined {
  try {
    return new TimeZone(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refuseMeaning(context, {
      text: `failed to load location ${name}: unknown time zone ${name}`,
      path: ['location'],
    });
    return undefined;
  }
}
