import { expect, it } from 'vitest';
import { describeSystem } from '../src/describe-system.ts';

const KERNEL = 'Linux vm 6.1.0 #1 SMP x86_64';

it.each([
  [
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    '12.11\n',
    ['debian', '12.11', `Debian GNU/Linux 12 (bookworm) (${KERNEL})`],
  ],
  [
    'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n',
    'trixie/sid\n',
    ['ubuntu', '24.04', `Ubuntu 24.04.1 LTS (${KERNEL})`],
  ],
  ['NAME="Red Hat Enterprise Linux"\nID="rhel"\nVERSION_ID="9.4"\n', '', ['redhat', '9.4', KERNEL]],
  ['', '', [undefined, undefined, KERNEL]],
])('names a system as the Collector does: %j', (osRelease, debianVersion, expected) => {
  const found = describeSystem({ osRelease, debianVersion, kernel: KERNEL });
  expect([found['os.name'], found['os.version'], found['os.description']]).toEqual(expected);
});
