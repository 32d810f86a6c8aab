/** What a system says of itself. */
export interface SystemTexts {
  /** `/etc/os-release`. */
  readonly osRelease: string;
  /** `/etc/debian_version`; empty elsewhere. */
  readonly debianVersion: string;
  /** As `uname -a` has it. */
  readonly kernel: string;
}

/** Where the Collector's names of distributions are not their own `ID`. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['amzn', 'amazon'],
  ['ol', 'oracle'],
  ['rhel', 'redhat'],
]);

/** The attributes `os.*` as the Collector has them: `debian` `12.11`, `ubuntu` `24.04`. */
export function describeSystem({
  osRelease,
  debianVersion,
  kernel,
}: SystemTexts): Readonly<Record<string, string | undefined>> {
  const fields = new Map<string, string>();
  for (const line of osRelease.split('\n')) {
    const [, key, value] = /^([A-Z_]+)=["']?([^"']*)["']?$/.exec(line.trim()) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  const id = fields.get('ID');
  const pretty = fields.get('PRETTY_NAME');
  const isDebian = id === 'debian' && debianVersion.trim() !== '';
  return {
    'os.name': id === undefined ? undefined : (NAMES.get(id) ?? id),
    'os.version': isDebian ? debianVersion.trim() : fields.get('VERSION_ID'),
    'os.build.id': fields.get('BUILD_ID'),
    'os.description': pretty === undefined ? kernel : `${pretty} (${kernel})`,
  };
}
