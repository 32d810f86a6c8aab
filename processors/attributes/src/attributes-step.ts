import { AttributeActions, type BoundActions } from '@sonde/attribute-actions';
import type { Signal, WireVisit } from '@sonde/proto';
import { RowFilter } from '@sonde/row-match';
import { type ColumnStep, rewriteRowAttributes, WireStep } from '@sonde/row-step';
import type { AttributesConfig } from './config.ts';

/**
 * The actions on the attributes of every row that is included. Points are included with their
 * metric. Throws `Error` with upstream's text for properties that the signal does not have.
 */
export function attributesStep(config: AttributesConfig, signal: Signal): ColumnStep {
  const actions = new AttributeActions(config.actions);
  const filter = new RowFilter(config, signal);
  return (columns, { client }) => {
    const isIncluded = filter.open(columns);
    return rewriteRowAttributes(columns, (points) => {
      let apply: BoundActions | undefined;
      return (attributes, row) => {
        const tested = points === undefined ? row : (points.metric[row] ?? 0);
        if (isIncluded?.(tested) === false) return;
        apply ??= actions.bind(attributes, client);
        apply();
      };
    });
  };
}

/**
 * The same on the bytes of requests; undefined where rows are chosen by more than their attributes, and
 * for profiles.
 */
export function attributesWireStep(config: AttributesConfig, signal: Signal): WireStep | undefined {
  if (config.include !== undefined || config.exclude !== undefined) return undefined;
  if (signal === 'profiles') return undefined;
  const actions = new AttributeActions(config.actions);
  return new WireStep({
    signal,
    visitOf: ({ client }) => {
      let apply: BoundActions | undefined;
      const rows: WireVisit = ({ row }) => {
        apply ??= actions.bind(row, client);
        apply();
        return true;
      };
      return { rows };
    },
  });
}
