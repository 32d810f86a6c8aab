import { z } from 'zod';
import { field } from '../config-fields.ts';
import { BASE, type OperatorType, transformSpec } from '../operator-config.ts';
import { scopeName } from '../sections/scope-name.ts';
import { SEVERITY, severity } from '../sections/severity.ts';
import { TIMESTAMP, timestamp } from '../sections/timestamp.ts';
import { TRACE, trace } from '../sections/trace.ts';

/** Reads the time of an entry. */
export const timeParser: OperatorType = {
  type: 'time_parser',
  schema: z.strictObject({ ...BASE, ...TIMESTAMP }).transform((config, context) => {
    const read = timestamp(config, context);
    return read === undefined ? z.NEVER : transformSpec(config, read);
  }),
};

/** Reads the severity of an entry. */
export const severityParser: OperatorType = {
  type: 'severity_parser',
  schema: z.strictObject({ ...BASE, ...SEVERITY }).transform((config, context) => {
    const read = severity(config, context);
    return read === undefined ? z.NEVER : transformSpec(config, read);
  }),
};

/** Reads the ids of an entry's trace and span. */
export const traceParser: OperatorType = {
  type: 'trace_parser',
  schema: z
    .strictObject({ ...BASE, ...TRACE })
    .transform((config) => transformSpec(config, trace(config))),
};

/** Reads the name of an entry's scope. */
export const scopeNameParser: OperatorType = {
  type: 'scope_name_parser',
  schema: z
    .strictObject({ ...BASE, parse_from: field() })
    .transform((config) => transformSpec(config, scopeName(config.parse_from))),
};
