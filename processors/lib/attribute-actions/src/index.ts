/**
 * Actions on attributes, as the Collector's `attributes` and `resource` processors have them.
 *
 * In: a list of actions from configuration; an open row of an `AttributeEditor`. Out: the row changed.
 * Never: a value that is not in the configuration, the row itself or made of them.
 */

export type { ActionConfig } from './action-config.ts';
export { AttributeActions, type BoundActions } from './attribute-actions.ts';
export { actionList } from './config.ts';
