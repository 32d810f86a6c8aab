import { AttributeActions, type BoundActions } from '@sonde/attribute-actions';
import { rewriteResources, type Signal, withGroups } from '@sonde/proto';
import { type ColumnStep, WireStep } from '@sonde/row-step';
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

/** The same on the bytes of requests; undefined for profiles. */
export function resourceWireStep(config: ResourceConfig, signal: Signal): WireStep | undefined {
  if (signal === 'profiles') return undefined;
  const actions = new AttributeActions(config.attributes);
  return new WireStep({
    signal,
    changesResources: true,
    visitOf: ({ client }) => {
      let apply: BoundActions | undefined;
      return {
        resources: ({ resource }) => {
          apply ??= actions.bind(resource, client);
          apply();
        },
      };
    },
  });
}
