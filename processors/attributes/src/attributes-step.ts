import { AttributeActions, type BoundActions } from '@sonde/attribute-actions';
import type { Signal } from '@sonde/proto';
import { RowFilter } from '@sonde/row-match';
import { type ColumnStep, rewriteRowAttributes } from '@sonde/row-step';
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
