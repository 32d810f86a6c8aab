import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Stands in for `journalctl`: a program that follows a file of entries as the real one the journal. */
const PROGRAM = `#!${process.execPath}
const fs = require('node:fs');
const args = process.argv.slice(2);
const folder = __dirname;
const entries = () => fs.readFileSync(folder + '/entries', 'utf8').split('\\n').slice(0, -1);
const after = args.indexOf('--after-cursor');
let next = 0;
if (after >= 0) next = 1 + entries().findIndex((line) => line.includes(JSON.stringify(args[after + 1])));
else if (args.includes('--lines=0')) next = entries().length;
// Only now, so that what is written once a run is seen comes behind where it begins.
fs.appendFileSync(folder + '/runs', JSON.stringify(args) + '\\n');
// Entries that are there come in one piece, so that who sees the first has been sent the last.
const write = () => {
  const lines = entries().slice(next);
  const breaks = lines.indexOf('die');
  const whole = breaks < 0 ? lines : lines.slice(0, breaks);
  next += whole.length;
  if (whole.length > 0) process.stdout.write(whole.join('\\n') + '\\n');
  if (breaks >= 0) {
    if (!fs.existsSync(folder + '/died')) {
      fs.writeFileSync(folder + '/died', '');
      process.stderr.write('the journal broke');
      process.exit(3);
    }
    next++;
  }
  setTimeout(write, 5);
};
write();
`;

let entryCount = 0;

export class FakeJournal {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'journal-'));
  /** Of the program. */
  readonly path: string = join(this.#folder, 'journalctl');

  constructor() {
    writeFileSync(this.path, PROGRAM);
    chmodSync(this.path, 0o755);
    writeFileSync(join(this.#folder, 'entries'), '');
  }

  get folder(): string {
    return this.#folder;
  }

  write(...messages: readonly unknown[]): void {
    const lines = messages.map((message) => {
      const number = entryCount++;
      return JSON.stringify({
        __CURSOR: `s=1;i=${number.toString(16)}`,
        __REALTIME_TIMESTAMP: String(1_767_323_045_000_000 + number),
        MESSAGE: message,
        PRIORITY: '6',
      });
    });
    this.writeRaw(...lines);
  }

  writeRaw(...lines: readonly string[]): void {
    appendFileSync(join(this.#folder, 'entries'), lines.map((line) => `${line}\n`).join(''));
  }

  /** The arguments of each run so far. */
  runs(): readonly string[] {
    const file = join(this.#folder, 'runs');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
