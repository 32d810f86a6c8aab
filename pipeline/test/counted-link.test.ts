import { describe, expect, it } from 'vitest';
import type { RowStage } from '../src/component.ts';
import { countedLink } from '../src/graph/counted-stage.ts';

const after = { consume: async () => {} };

describe('the link of a counted consumer', () => {
  it('counts what comes to its stage and passes on the rest', () => {
    const told: string[] = [];
    const stage: RowStage = {
      isOff: false,
      changesResources: true,
      visitOf: () => ({}),
      passed: (arrived, dropped) => told.push(`stage ${arrived} ${dropped}`),
    };
    const link = countedLink({ ...after, rowLink: { stage, after } }, (items) =>
      told.push(`counted ${items}`),
    );
    expect(link?.after).toBe(after);
    link?.stage.passed(5, 2);
    expect(told).toEqual(['counted 5', 'stage 5 2']);
    if (link !== undefined) link.stage.isOff = true;
    expect(stage.isOff).toBe(true);
    expect(link?.stage.isOff).toBe(true);
    expect(link?.stage.changesResources).toBe(true);
  });

  it('is none where the consumer has none', () => {
    expect(countedLink(after, () => {})).toBeUndefined();
  });
});
