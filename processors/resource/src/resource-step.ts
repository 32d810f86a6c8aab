import { AttributeActions, type BoundActions } from '@sonde/attribute-actions';
import { rewriteResources, withGroups } from '@sonde/proto';
import type { ColumnStep } from '@sonde/row-step';
import type { ResourceConfig } from './config.ts';

/** The actions on the attributes of every distinct resource. */
export function resourceStep(config: ResourceConfig): ColumnStep {
  const actions = new AttributeActions(config.attributes);
  return (columns, { client }) => {
    let apply: BoundActions | undefined;
    const changes = rewriteResources(columns, (attributes) => {
      apply ??= actions.bind(attributes, client);
      apply();
    });
    return changes === undefined ? columns : withGroups(columns, changes);
  };
}
