/** What names are put together with; a line ends behind one. */
const JOINTS = /[-._:/ ]/g;

/** A long name in two lines of about the same length, broken where it is put together. */
export function linesOfName(name: string): readonly [string, string] {
  const middle = Math.ceil(name.length / 2);
  const joints = [...name.matchAll(JOINTS)].map(({ index }) => index + 1);
  const near = joints.filter((at) => Math.abs(at - middle) <= name.length / 4);
  const at = near.reduce(
    (best, joint) => (Math.abs(joint - middle) < Math.abs(best - middle) ? joint : best),
    near[0] ?? middle,
  );
  return [name.slice(0, at), name.slice(at)];
}
