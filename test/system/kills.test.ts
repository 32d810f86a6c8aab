import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killInTurn, pointsOf } from '../drill/rig/kill-rounds.ts';
import { embeddedRig, type Rig } from '../drill/rig/rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await embeddedRig({
    sets: {
      'exporters::buffer::segment_size': '1MiB',
      // What one thread keeps two must keep too: a share of the partitions each.
      'exporters::buffer::partitions': '2',
      'receivers::buffer::workers': '2',
    },
  });
});

afterAll(async () => {
  await rig.end();
});

/** `npm run drill -- kills` does it ten times a point, and at random, and on Kafka. */
describe('a gateway that is killed at each named moment while senders send', () => {
  it('has every acknowledged request in the store once, its partitions on two threads', async () => {
    const points = pointsOf(rig);
    expect(points.length).toBeGreaterThan(10);
    const verdict = await killInTurn(rig, points);
    expect(verdict.acknowledged).toBeGreaterThan(points.length);
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, partial: 0, rollupOff: 0 });
  }, 600_000);
});
