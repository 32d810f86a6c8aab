import { GoRegexp } from '@sonde/go-regexp';
import type { ActionConfig } from './action-config.ts';

export interface ActionProblem {
  readonly text: string;
  readonly path?: readonly PropertyKey[];
  readonly hint?: string;
}

const CREATING = 'error creating AttrProc';
const CONVERSIONS: ReadonlySet<string> = new Set(['string', 'int', 'double']);

/** The first thing that makes no sense, in upstream's words; actions count from 0. */
export function checkActions(actions: readonly ActionConfig[]): ActionProblem | undefined {
  for (const [index, config] of actions.entries()) {
    const action = config.action.toLowerCase();
    const text = checkKey(config, action, index) ?? checkAction(config, action, index);
    if (text !== undefined) return { text, path: [index] };
    if (config.from_context !== '') {
      return {
        text: `${CREATING}. "from_context" is not supported at the ${index}-th actions`,
        path: [index, 'from_context'],
        hint: 'what a client sent beside its data is not kept with the data here',
      };
    }
    if (config.default_value !== undefined) {
      return {
        text: `${CREATING}. "default_value" is not supported at the ${index}-th actions`,
        path: [index, 'default_value'],
        hint: 'write an action insert behind this one',
      };
    }
  }
  return undefined;
}

function checkKey(config: ActionConfig, action: string, index: number): string | undefined {
  if (config.key !== '') return undefined;
  if (action !== 'delete' && action !== 'hash') {
    return `${CREATING} due to missing required field "key" at the ${index}-th actions`;
  }
  if (config.pattern !== '') return undefined;
  return `${CREATING} due to missing required field (at least one of "key" and "pattern" have to be used) at the ${index}-th actions`;
}

function checkAction(config: ActionConfig, action: string, index: number): string | undefined {
  switch (action) {
    case 'insert':
    case 'update':
    case 'upsert':
      return checkWrite(config, action, index);
    case 'hash':
    case 'delete':
      return checkRemoval(config, action, index);
    case 'extract':
      return checkExtract(config, action, index);
    case 'convert':
      return checkConvert(config, action, index);
    default:
      return `${CREATING} due to unsupported action ${JSON.stringify(action)} at the ${index}-th actions`;
  }
}

function sourceCount({ value, from_attribute, from_context }: ActionConfig): number {
  const hasValue = value !== undefined && value !== null;
  return Number(hasValue) + Number(from_attribute !== '') + Number(from_context !== '');
}

function checkWrite(config: ActionConfig, action: string, index: number): string | undefined {
  const sources = sourceCount(config);
  if (sources === 0) {
    return `${CREATING}. Either field "value", "from_attribute" or "from_context" setting must be specified for ${index}-th action`;
  }
  if (sources > 1) {
    return `${CREATING} due to multiple value sources being set at the ${index}-th actions`;
  }
  if (config.pattern !== '') {
    return `${CREATING}. Action "${action}" does not use the "pattern" field. This must not be specified for ${index}-th action`;
  }
  return checkNoConversion(config, action, index);
}

function checkNoConversion(
  config: ActionConfig,
  action: string,
  index: number,
): string | undefined {
  if (config.converted_type === '') return undefined;
  return `${CREATING}. Action "${action}" does not use the "converted_type" field. This must not be specified for ${index}-th action`;
}

function checkRemoval(config: ActionConfig, action: string, index: number): string | undefined {
  const { value, from_attribute: from } = config;
  if ((value !== undefined && value !== null) || from !== '') {
    return `${CREATING}. Action "${action}" does not use "value" or "from_attribute" field. These must not be specified for ${index}-th action`;
  }
  if (config.pattern !== '' && compiled(config.pattern) === undefined) {
    return invalidPattern(config, index);
  }
  return checkNoConversion(config, action, index);
}

function checkExtract(config: ActionConfig, action: string, index: number): string | undefined {
  if (sourceCount(config) > 0) {
    return `${CREATING}. Action "${action}" does not use a value source field. These must not be specified for ${index}-th action`;
  }
  if (config.pattern === '') {
    return `${CREATING} due to missing required field "pattern" for action "${action}" at the ${index}-th action`;
  }
  const wrongField = checkNoConversion(config, action, index);
  if (wrongField !== undefined) return wrongField;
  const regexp = compiled(config.pattern);
  if (regexp === undefined) return invalidPattern(config, index);
  if (regexp.groupNames.length === 0) {
    return `${CREATING}. Field "pattern" contains no named matcher groups at the ${index}-th actions`;
  }
  if (regexp.groupNames.includes('')) {
    return `${CREATING}. Field "pattern" contains at least one unnamed matcher group at the ${index}-th actions`;
  }
  return undefined;
}

function invalidPattern({ pattern }: ActionConfig, index: number): string {
  return `${CREATING}. Field "pattern" has invalid pattern: "${pattern}" to be set at the ${index}-th actions`;
}

function checkConvert(config: ActionConfig, action: string, index: number): string | undefined {
  if (sourceCount(config) > 0 || config.pattern !== '') {
    return `${CREATING}. Action "${action}" does not use value sources or "pattern" field. These must not be specified for ${index}-th action`;
  }
  const { converted_type: type } = config;
  if (type === '') {
    return `${CREATING} due to missing required field "converted_type" for action "${action}" at the ${index}-th action`;
  }
  if (CONVERSIONS.has(type)) return undefined;
  return `${CREATING} due to invalid value "${type}" in field "converted_type" for action "${action}" at the ${index}-th action`;
}

function compiled(pattern: string): GoRegexp | undefined {
  try {
    return new GoRegexp(pattern);
  } catch {
    return undefined;
  }
}
