/** What names are put together with; a line ends behind one. */
const JOINTS = /[-._:/ ]/g;

/** How far from its middle a name is broken at most, as a share of its length. */
const OFF_MAX = 0.3;

/** A long name in two lines of about the same length, broken where it is put together. */
export function linesOfName(name: string): readonly [string, string] {
  const middle = Math.ceil(name.length / 2);
  const joints = [...name.matchAll(JOINTS)].map(({ index }) => index + 1);
  const near = joints.filter((at) => Math.abs(at - middle) <= name.length * OFF_MAX);
  const at = near.reduce(
    (best, joint) => (Math.abs(joint - middle) < Math.abs(best - middle) ? joint : best),
    near[0] ?? middle,
  );
  return [name.slice(0, at), name.slice(at)];
}
