import { scanRequest } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { TargetSeries } from '../src/convert/target-series.ts';
import { toRequest } from '../src/convert/to-request.ts';
import { PageError } from '../src/page/page-error.ts';
import { readPage } from '../src/page/read-page.ts';

const PAGES = [
  '# TYPE h histogram\nh_bucket{le="1"} 5\nh_bucket{le="0.5"} 9\nh_bucket{le="+Inf"} 2\nh_sum NaN\nh_count 2\n',
  '# TYPE s summary\ns{quantile="0.5"} NaN\ns{quantile="x"} 1\ns_count -3\ns_sum 1e308\n',
  '# TYPE c counter\nc_total 1e300 1500000000000\nc_created 1e300\nc_created{a="b"} NaN\n',
  'a{b="c"} 1 # {trace_id="x"} 2\n{"q r","s.t"="u"} 0x10\nup 5\ntarget_info{job="x"} 1\n',
];
const ENDS = ['', '# EOF\n'];
const MUTATIONS = 3000;

function series(): TargetSeries {
  return new TargetSeries({
    change: (name, labels) => new Map([...labels, ['__name__', name]]),
    honorTimestamps: true,
    trackTimestamps: true,
    samplesMax: 0,
    job: 'j',
    instance: 'i',
  });
}

describe('a page that is broken anywhere', () => {
  it('is refused by line or becomes a request that is OTLP', () => {
    let seed = 7;
    const below = (limit: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed % limit;
    };
    let refused = 0;
    let read = 0;
    const target = series();
    for (let mutation = 0; mutation < MUTATIONS; mutation += 1) {
      const text = PAGES.slice(0, 1 + below(PAGES.length)).join('') + ENDS[below(2)];
      const page = Buffer.from(text);
      for (let edits = below(4); edits > 0; edits -= 1) page[below(page.length)] = below(256);
      target.begin(1_700_000_000_000 + mutation);
      try {
        readPage(page, below(2) === 1, target);
        read += 1;
      } catch (error) {
        if (!(error instanceof PageError)) throw error;
        refused += 1;
        target.discard();
      }
      target.endMissing();
      const options = { trimMetricSuffixes: below(2) === 1, resourceAttributes: () => [] };
      const { bytes, itemCount } = toRequest(target.resources(), options);
      expect(scanRequest('metrics', bytes)).toBe(itemCount);
      target.tidy();
    }
    expect(refused).toBeGreaterThan(MUTATIONS / 20);
    expect(read).toBeGreaterThan(MUTATIONS / 20);
  });
});
