/** UCUM's codes for Prometheus' words; other words stand for themselves. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['days', 'd'],
  ['hours', 'h'],
  ['minutes', 'min'],
  ['seconds', 's'],
  ['milliseconds', 'ms'],
  ['microseconds', 'us'],
  ['nanoseconds', 'ns'],
  ['bytes', 'By'],
  ['kibibytes', 'KiBy'],
  ['mebibytes', 'MiBy'],
  ['gibibytes', 'GiBy'],
  ['tibibytes', 'TiBy'],
  ['kilobytes', 'KBy'],
  ['megabytes', 'MBy'],
  ['gigabytes', 'GBy'],
  ['terabytes', 'TBy'],
  ['meters', 'm'],
  ['volts', 'V'],
  ['amperes', 'A'],
  ['joules', 'J'],
  ['watts', 'W'],
  ['grams', 'g'],
  ['celsius', 'Cel'],
  ['hertz', 'Hz'],
  ['ratio', '1'],
  ['percent', '%'],
]);

const PER_CODES: ReadonlyMap<string, string> = new Map([
  ['second', 's'],
  ['minute', 'm'],
  ['hour', 'h'],
  ['day', 'd'],
  ['week', 'w'],
  ['month', 'mo'],
  ['year', 'y'],
]);

/** `bytes_per_second` is `By/s`. */
export function unitCode(words: string): string {
  const at = words.indexOf('_per_');
  if (at < 0) return CODES.get(words) ?? words;
  const main = words.slice(0, at);
  const per = words.slice(at + '_per_'.length);
  const code = CODES.get(main) ?? main;
  return per === '' ? code : `${code}/${PER_CODES.get(per) ?? per}`;
}
