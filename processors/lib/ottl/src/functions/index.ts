import type { FunctionDefinition } from '../compile/function-definition.ts';
import { concat } from './concat.ts';
import { DURATIONS } from './durations.ts';
import { ENCODINGS } from './encodings.ts';
import { extractGrokPatterns } from './extract-grok-patterns.ts';
import { extractPatterns } from './extract-patterns.ts';
import { format } from './format.ts';
import { HASHES } from './hashes.ts';
import { IDS } from './ids.ts';
import { int } from './int.ts';
import { isMatch } from './is-match.ts';
import { KEY_VALUES } from './key-values.ts';
import { LAMBDAS } from './lambdas.ts';
import { LETTER_CASES } from './letter-case.ts';
import { LISTS } from './lists.ts';
import { isValidLuhn } from './luhn.ts';
import { NETWORKS } from './networks.ts';
import { NUMBERS } from './numbers.ts';
import { parseCsv } from './parse-csv.ts';
import { parseJson } from './parse-json.ts';
import { parseSeverity } from './parse-severity.ts';
import { sliceToMap } from './slice-to-map.ts';
import { sort } from './sort.ts';
import { TEXT_PARTS } from './text-parts.ts';
import { TIMES } from './times.ts';
import { TYPE_TESTS } from './type-tests.ts';
import { url } from './url.ts';
import { userAgent } from './user-agent.ts';
import { UUIDS } from './uuids.ts';
import { XML_EDITING } from './xml-editing.ts';
import { XML_PARSING } from './xml-parsing.ts';

/** Every converter that all contexts have. */
export const CONVERTERS: readonly FunctionDefinition[] = [
  concat,
  int,
  isMatch,
  format,
  sort,
  extractGrokPatterns,
  extractPatterns,
  isValidLuhn,
  parseCsv,
  parseJson,
  parseSeverity,
  sliceToMap,
  url,
  userAgent,
  ...NUMBERS,
  ...TYPE_TESTS,
  ...LETTER_CASES,
  ...TEXT_PARTS,
  ...LISTS,
  ...LAMBDAS,
  ...HASHES,
  ...IDS,
  ...TIMES,
  ...DURATIONS,
  ...ENCODINGS,
  ...KEY_VALUES,
  ...NETWORKS,
  ...UUIDS,
  ...XML_EDITING,
  ...XML_PARSING,
];
