import type { JournaldConfig } from './config.ts';

/** The arguments of `journalctl`, in upstream's order. `cursor` is of the last entry that was taken. */
export function journalctlArguments(
  config: JournaldConfig,
  cursor: string | undefined,
): readonly string[] {
  const args = ['--utc', '--output=json', '--follow'];
  // Without it a follower begins with the last lines only, and what came while it was away is lost.
  const isWhole = config.start_at === 'beginning' || cursor !== undefined;
  args.push(isWhole ? '--no-tail' : '--lines=0');
  for (const unit of config.units) args.push('--unit', unit);
  for (const identifier of config.identifiers) args.push('--identifier', identifier);
  args.push('--priority', config.priority);
  if (config.grep !== '') args.push('--grep', config.grep);
  if (config.dmesg) args.push('--dmesg');
  if (config.namespace !== '') args.push('--namespace', config.namespace);
  if (config.directory !== undefined) args.push('--directory', config.directory);
  for (const file of config.files) args.push('--file', file);
  args.push(...matchArguments(config.matches));
  if (config.all) args.push('--all');
  if (config.merge) args.push('--merge');
  if (cursor !== undefined) args.push('--after-cursor', cursor);
  return args;
}

/** Fields of one match are joined by "and", the matches by "or". */
function matchArguments(matches: JournaldConfig['matches']): readonly string[] {
  return matches.flatMap((match, index) => {
    const terms = Object.keys(match)
      .sort()
      .map((key) => `${key}=${match[key] ?? ''}`);
    return index === 0 ? terms : ['+', ...terms];
  });
}
