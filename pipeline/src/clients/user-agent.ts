/** Sonde's version; a test holds it equal to package.json. */
const VERSION = '0.1.0';

/** Go's names, which the Collector's `User-Agent` has. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** `Sonde/0.1.0 (linux/amd64)`, as upstream forms it. */
export const USER_AGENT: string = `Sonde/${VERSION} (${process.platform}/${
  ARCHITECTURES[process.arch] ?? process.arch
})`;
