import { GoRegexp } from '@sonde/go-regexp';
import type { ActionConfig } from './action-config.ts';

export interface ActionProblem {
  readonly text: string;
  readonly path?: readonly PropertyKey[];
}

const CREATING = 'error creating AttrProc';
const CONVERSIONS: ReadonlySet<string> = new Set(['string', 'int', 'double']);

/** The first thing that makes no sense, in upstream's words; actions count from 0. */
export function checkActions(actions: readonly ActionConfig[]): ActionProblem | undefined {
  for (const [index, config] of actions.entries()) {
    const action = config.action.toLowerCase();
    const missing = missingKey(config, action);
    if (missing !== undefined) {
      const text = `${CREATING} due to missing required field ${missing} at the ${index}-th action`;
      return { text, path: [index] };
    }
    const reason = checkAction(config, action);
    if (reason !== undefined) {
      const where = `error with key ${JSON.stringify(config.key)} (${index}-th action)`;
      return { text: `${where}: ${CREATING}${reason}`, path: [index] };
    }
  }
  return undefined;
}

function missingKey({ key, pattern }: ActionConfig, action: string): string | undefined {
  if (key !== '') return undefined;
  if (action !== 'delete' && action !== 'hash') return '"key"';
  return pattern === '' ? '(at least one of "key" and "pattern" have to be used)' : undefined;
}

/** What follows `CREATING`. */
function checkAction(config: ActionConfig, action: string): string | undefined {
  switch (action) {
    case 'insert':
    case 'update':
    case 'upsert':
      return checkWrite(config, action);
    case 'hash':
    case 'delete':
      return checkRemoval(config, action);
    case 'extract':
      return checkExtract(config, action);
    case 'convert':
      return checkConvert(config, action);
    default:
      return ` due to unsupported action ${JSON.stringify(action)}`;
  }
}

function isSet(value: ActionConfig['value']): boolean {
  return value !== undefined && value !== null;
}

function sourceCount({ value, from_attribute, from_context }: ActionConfig): number {
  return Number(isSet(value)) + Number(from_attribute !== '') + Number(from_context !== '');
}

function checkWrite(config: ActionConfig, action: string): string | undefined {
  const sources = sourceCount(config);
  if (sources === 0 && !isSet(config.default_value)) {
    return '. Either field "value", "from_attribute", "from_context", or "default_value" must be specified';
  }
  if (sources > 1) return ' due to multiple value sources being set';
  if (config.pattern !== '') return unused(action, 'the "pattern" field. This');
  return checkNoConversion(config, action);
}

function unused(action: string, what: string): string {
  return `. Action "${action}" does not use ${what} must not be specified`;
}

function checkNoConversion(config: ActionConfig, action: string): string | undefined {
  if (config.converted_type === '') return undefined;
  return unused(action, 'the "converted_type" field. This');
}

function checkRemoval(config: ActionConfig, action: string): string | undefined {
  if (isSet(config.value) || config.from_attribute !== '') {
    return unused(action, '"value" or "from_attribute" field. These');
  }
  if (config.pattern !== '' && compiled(config.pattern) === undefined) {
    return invalidPattern(config);
  }
  return checkNoConversion(config, action);
}

function checkExtract(config: ActionConfig, action: string): string | undefined {
  if (sourceCount(config) > 0) return unused(action, 'a value source field. These');
  if (config.pattern === '') {
    return ` due to missing required field "pattern" for action "${action}"`;
  }
  const wrongField = checkNoConversion(config, action);
  if (wrongField !== undefined) return wrongField;
  const regexp = compiled(config.pattern);
  if (regexp === undefined) return invalidPattern(config);
  if (regexp.groupNames.length === 0) {
    return '. Field "pattern" contains no named matcher groups';
  }
  if (regexp.groupNames.includes('')) {
    return '. Field "pattern" contains at least one unnamed matcher group';
  }
  return undefined;
}

function invalidPattern({ pattern }: ActionConfig): string {
  return `. Field "pattern" has invalid pattern: "${pattern}"`;
}

function checkConvert(config: ActionConfig, action: string): string | undefined {
  if (sourceCount(config) > 0 || config.pattern !== '') {
    return unused(action, 'value sources or "pattern" field. These');
  }
  const { converted_type: type } = config;
  if (type === '') {
    return ` due to missing required field "converted_type" for action "${action}"`;
  }
  if (CONVERSIONS.has(type)) return undefined;
  return ` due to invalid value "${type}" in field "converted_type" for action "${action}"`;
}

function compiled(pattern: string): GoRegexp | undefined {
  try {
    return new GoRegexp(pattern);
  } catch {
    return undefined;
  }
}
