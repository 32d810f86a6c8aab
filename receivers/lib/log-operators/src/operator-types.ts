import type { OperatorType } from './operator-config.ts';
import { containerParser } from './operators/container.ts';
import { csvParser } from './operators/csv-parser.ts';
import { jsonArrayParser, jsonParser } from './operators/json-parsers.ts';
import { keyValueParser } from './operators/key-value-parser.ts';
import {
  addOperator,
  assignKeysOperator,
  copyOperator,
  flattenOperator,
  moveOperator,
  removeOperator,
  retainOperator,
} from './operators/moving.ts';
import { noopOperator } from './operators/noop.ts';
import { recombineOperator } from './operators/recombine.ts';
import { regexParser } from './operators/regex-parser.ts';
import { filterOperator, routerOperator } from './operators/routing.ts';
import {
  scopeNameParser,
  severityParser,
  timeParser,
  traceParser,
} from './operators/section-parsers.ts';
import { syslogParser } from './operators/syslog-parser.ts';
import { regexReplaceOperator, sanitizeUtf8Operator, unquoteOperator } from './operators/texts.ts';
import { uriParser } from './operators/uri-parser.ts';

/** Every operator there is. */
export const OPERATOR_TYPES: readonly OperatorType[] = [
  jsonParser,
  jsonArrayParser,
  regexParser,
  csvParser,
  keyValueParser,
  uriParser,
  syslogParser,
  containerParser,
  timeParser,
  severityParser,
  traceParser,
  scopeNameParser,
  addOperator,
  removeOperator,
  moveOperator,
  copyOperator,
  retainOperator,
  flattenOperator,
  assignKeysOperator,
  regexReplaceOperator,
  unquoteOperator,
  sanitizeUtf8Operator,
  recombineOperator,
  routerOperator,
  filterOperator,
  noopOperator,
];
