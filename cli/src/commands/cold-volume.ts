import { resolve } from 'node:path';
import type { ColdVolume } from '@sonde/store';
import { UsageError } from '../usage-error.ts';

/** What `--cold` names: a folder, or the URL of a bucket. Throws `UsageError` for any other URL. */
export function readColdVolume(place: string): ColdVolume {
  if (/^https?:\/\//.test(place) && URL.canParse(place)) return { kind: 's3', endpoint: place };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return { kind: 'disk', path: resolve(place) };
  throw new UsageError(
    `--cold ${place}: a folder, or the https: URL of a bucket that speaks S3 ` +
      '(https://bucket.s3.eu-central-1.amazonaws.com/sonde/)',
  );
}
