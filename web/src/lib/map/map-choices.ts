import { readChoice, readFlag, readList, readNumber, readText } from '../location/parameters.ts';
import { COLOURINGS, type Colouring } from './map-colours.ts';
import { GROUPINGS, type Grouping } from './map-groups.ts';

const DAY_MS = 86_400_000;
const FOLDED_MAX = 500;

/** What the map can be compared with. */
export const AGAINST = [
  { value: 'before', label: 'the time before', ms: undefined },
  { value: 'hour', label: 'an hour before', ms: 3_600_000 },
  { value: 'day', label: 'a day before', ms: DAY_MS },
  { value: 'week', label: 'a week before', ms: 7 * DAY_MS },
] as const;

const AGAINST_VALUES = ['before', 'hour', 'day', 'week'] as const;
export type Against = (typeof AGAINST_VALUES)[number];

/** What the URL says of the page of the map. */
export interface MapChoices {
  readonly text: string;
  readonly selected: string;
  readonly grouping: Grouping;
  readonly folded: ReadonlySet<string>;
  readonly colouring: Colouring;
  readonly against: Against;
  readonly onlyErrors: boolean;
  readonly own: boolean;
  /** Calls around what is selected; 0: everything. */
  readonly hops: number;
  /** Start of the moment that is shown; undefined: the whole range. */
  readonly momentMs: number | undefined;
}

export function readChoices(parameters: URLSearchParams): MapChoices {
  const focus = readText(parameters, 'focus');
  return {
    text: readText(parameters, 'q'),
    selected: readText(parameters, 'at'),
    grouping: readChoice(parameters, 'group', GROUPINGS),
    folded: foldedIn(parameters),
    colouring: readChoice(parameters, 'colour', COLOURINGS),
    against: readChoice(parameters, 'against', AGAINST_VALUES),
    onlyErrors: readFlag(parameters, 'errors'),
    own: readFlag(parameters, 'own'),
    // `true` is what the page wrote when it knew one call only.
    hops: focus === '2' ? 2 : Number(focus === '1' || focus === 'true'),
    momentMs: readNumber(parameters, 'moment'),
  };
}

/** Names are encoded once more, since commas part them; `~` is the group without a name. */
function foldedIn(parameters: URLSearchParams): ReadonlySet<string> {
  return new Set(readList(parameters, 'folded', FOLDED_MAX).map(nameOf));
}

function nameOf(text: string): string {
  if (text === '~') return '';
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What `folded` is in the URL; null where nothing is. */
export function foldedText(names: ReadonlySet<string>): string | null {
  const texts = [...names].map((name) => (name === '' ? '~' : encodeURIComponent(name)));
  return texts.length === 0 ? null : texts.join(',');
}

export function againstMs(against: Against): number | undefined {
  return AGAINST.find(({ value }) => value === against)?.ms;
}
