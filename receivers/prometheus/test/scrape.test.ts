import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PrometheusServer } from './prometheus-server.ts';
import { attributesText, jobFor, linesOf, metricOf, reportsOf, scraping } from './scraping.ts';

const PAGE = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="get",code="200"} 1027 
http_requests_total{method="post",code="400"}    3
# TYPE queue gauge
queue -4.5e+01
untyped_thing{a="x\\\\y\\n\\"z"} NaN
# HELP latency_seconds How long.
# TYPE latency_seconds histogram
latency_seconds_bucket{path="/",le="0.1"} 2
latency_seconds_bucket{path="/",le="1"} 5
latency_seconds_bucket{path="/",le="+Inf"} 6
latency_seconds_sum{path="/"} 7.25
latency_seconds_count{path="/"} 6
# TYPE rpc_seconds summary
rpc_seconds{quantile="0.5"} 1
rpc_seconds{quantile="0.99"} 3
rpc_seconds_sum 40
rpc_seconds_count 20
`;

describe('a scrape', () => {
  it('makes points of every kind of metric', async () => {
    const server = await PrometheusServer.open(PAGE);
    const { scrapes } = await scraping([jobFor(server.address)]);
    const request = await scrapes.full();
    expect(linesOf(request)).toEqual([
      'http_requests_total{code=200,method=get} sum 1027',
      'http_requests_total{code=400,method=post} sum 3',
      'queue gauge -45',
      'untyped_thing{a=x\\y\n"z} gauge NaN',
      'latency_seconds{path=/} histogram count=6 sum=7.25 bounds=0.1,1 buckets=2,3,1',
      'rpc_seconds summary count=20 sum=40 0.5:1 0.99:3',
    ]);
    expect(reportsOf(request)).toMatchObject({
      up: '1',
      scrape_samples_scraped: '13',
      scrape_samples_post_metric_relabeling: '13',
      scrape_series_added: '13',
    });
    const [resource] = request.messages('resourceMetrics');
    const metric = metricOf(request, 'http_requests_total');
    expect(metric?.text('description')).toBe('Requests.');
    expect(metric?.message('sum')?.flag('isMonotonic')).toBe(true);
    expect(metric?.message('sum')?.integer('aggregationTemporality')).toBe(2n);
    const port = server.address.split(':')[1];
    const found = resource?.message('resource');
    expect(found === undefined ? '' : attributesText(found)).toBe(
      `{service.name=shop,service.instance.id=${server.address},server.port=${port},url.scheme=http}`,
    );
    expect(reportsOf(await scrapes.full())['scrape_series_added']).toBe('0');
  });

  it('reads OpenMetrics with units, times of creation and exemplars', async () => {
    const [trace, span] = ['0a'.repeat(16), '0b'.repeat(8)];
    const server = await PrometheusServer.open({
      headers: { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' },
      body: `# TYPE done counter
# HELP done Work.
done_total{a="b"} 17.0 1520879607.789 # {trace_id="${trace}",span_id="${span}",user="u"} 0.67 1520879606.5
done_created{a="b"} 1520430000.25
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{le="1.0"} 1
wait_seconds_bucket{le="+Inf"} 2 # {trace_id="short"} 9
wait_seconds_count 2
wait_seconds_sum 9.5
# TYPE build info
build_info{version="1"} 1
# EOF
`,
    });
    const { scrapes } = await scraping([jobFor(server.address)]);
    const request = await scrapes.full();
    expect(linesOf(request)).toEqual([
      'done_total{a=b} sum 17',
      'wait_seconds histogram count=2 sum=9.5 bounds=1 buckets=1,1',
      'build{version=1} sum 1',
    ]);
    const point = metricOf(request, 'done_total')?.message('sum')?.messages('dataPoints')[0];
    expect(point?.integer('startTimeUnixNano')).toBe(1_520_430_000_250_000_000n);
    expect(point?.integer('timeUnixNano')).toBe(1_520_879_607_789_000_000n);
    const [exemplar] = point?.messages('exemplars') ?? [];
    expect(exemplar?.text('traceId')).toBe(trace);
    expect(exemplar?.text('spanId')).toBe(span);
    expect(exemplar?.double('asDouble')).toBe(0.67);
    expect(exemplar?.messages('filteredAttributes')[0]?.text('key')).toBe('user');
    const wait = metricOf(request, 'wait_seconds');
    expect(wait?.text('unit')).toBe('s');
    const attributes = wait?.messages('metadata')[0];
    expect(attributes?.text('key')).toBe('prometheus.type');
    expect(attributes?.message('value')?.text('stringValue')).toBe('histogram');
  });

  it('trims suffixes where that is wanted', async () => {
    const server = await PrometheusServer.open({
      headers: { 'content-type': 'application/openmetrics-text' },
      body: '# TYPE a_seconds counter\n# UNIT a_seconds seconds\na_seconds_total 1\n# EOF\n',
    });
    const options = { trim_metric_suffixes: true };
    const { scrapes } = await scraping([jobFor(server.address)], { options });
    expect(linesOf(await scrapes.full())).toEqual(['a sum 1']);
  });

  it('says that series have ended, one by one and all at once', async () => {
    const server = await PrometheusServer.open('a 1\nb{c="d"} 2\n');
    const { scrapes, logger } = await scraping([jobFor(server.address)]);
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1', 'b{c=d} gauge 2']);
    server.page = 'a 1\n';
    await scrapes.find((lines) => lines.includes('b{c=d} gauge stale'));
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
    server.page = { status: 500, body: '' };
    expect(await scrapes.find((lines) => lines.includes('a gauge stale'))).toEqual([
      'a gauge stale',
    ]);
    const failed = await scrapes.next();
    expect(linesOf(failed)).toEqual([]);
    expect(reportsOf(failed)).toMatchObject({ up: '0', scrape_samples_scraped: '0' });
    server.page = 'a 5\n';
    await scrapes.find((lines) => lines.includes('a gauge 5'));
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Failed to scrape Prometheus endpoint',
      'Prometheus endpoint can be scraped again',
    ]);
    expect(logger.lines[0]?.fields['error']).toBe(
      'server returned HTTP status 500 Internal Server Error',
    );
  });

  it('takes nothing of a page that is broken', async () => {
    const server = await PrometheusServer.open('good 1\nbad one\n');
    const { scrapes, logger } = await scraping([jobFor(server.address)]);
    const request = await scrapes.next();
    expect(linesOf(request)).toEqual([]);
    expect(reportsOf(request)['up']).toBe('0');
    expect(logger.lines[0]?.fields['error']).toBe('line 2: a value that is no number: "one"');
  });

  it('moves target_info to the resource and scope labels to the scope', async () => {
    const server = await PrometheusServer.open(
      'target_info{version="7"} 1\na{otel_scope_name="lib",otel_scope_version="2",otel_scope_x="y",l="v"} 1\n',
    );
    const { scrapes } = await scraping([jobFor(server.address)]);
    const request = await scrapes.full();
    expect(linesOf(request)).toEqual(['a{l=v} gauge 1']);
    const [resource] = request.messages('resourceMetrics');
    const message = resource?.message('resource');
    expect(message === undefined ? '' : attributesText(message)).toContain('version=7');
    const scopes = resource?.messages('scopeMetrics').map((each) => each.message('scope'));
    expect(scopes?.map((scope) => scope?.text('name')).sort()).toEqual(['lib', 'sonde/prometheus']);
    const lib = scopes?.find((scope) => scope?.text('name') === 'lib');
    expect(lib === undefined ? '' : attributesText(lib)).toBe('{x=y}');
  });
});

describe('the labels of samples', () => {
  const PAGE_WITH_JOB = 'a{job="own",l="v"} 1\n';

  it('are overruled by the target’s, or honoured', async () => {
    const server = await PrometheusServer.open(PAGE_WITH_JOB);
    const target = { targets: [server.address], labels: { l: 'target', zone: 'z' } };
    const job = { job_name: 'shop', static_configs: [target] };
    const plain = await scraping([job]);
    expect(linesOf(await plain.scrapes.full())).toEqual([
      'a{exported_job=own,exported_l=v,l=target,zone=z} gauge 1',
    ]);
    const honoring = await scraping([{ ...job, honor_labels: true }]);
    const request = await honoring.scrapes.full();
    expect(linesOf(request)).toEqual(['a{l=v,zone=z} gauge 1']);
    expect(request.messages('resourceMetrics')).toHaveLength(2);
  });

  it('follow the rules of relabelling', async () => {
    const server = await PrometheusServer.open('a{x="1",y="Q"} 1\nb 2\nc 3\n');
    const { scrapes } = await scraping([
      jobFor(server.address, {
        metric_relabel_configs: [
          { source_labels: ['__name__'], regex: 'b', action: 'drop' },
          {
            source_labels: ['x', 'y'],
            separator: '-',
            target_label: 'xy',
            regex: '(.)-(.)',
            replacement: ['$', '{2}_$1'].join(''),
          },
          { regex: 'x', action: 'labeldrop' },
          { source_labels: ['y'], target_label: 'low', action: 'lowercase' },
          { regex: '(l)ow', replacement: 'copy_$1', action: 'labelmap' },
          { source_labels: ['__name__'], regex: 'c', target_label: '__name__', replacement: 'd' },
        ],
      }),
    ]);
    const request = await scrapes.full();
    expect(linesOf(request)).toEqual(['a{copy_l=q,low=q,xy=Q_1,y=Q} gauge 1', 'd gauge 3']);
    expect(reportsOf(request)).toMatchObject({
      scrape_samples_scraped: '3',
      scrape_samples_post_metric_relabeling: '2',
    });
  });

  it('get external ones', async () => {
    const server = await PrometheusServer.open('a 1\n');
    const { scrapes } = await scraping([jobFor(server.address)], {
      global: { external_labels: { cluster: 'c' } },
    });
    const page = await scrapes.full();
    expect(linesOf(page)).toEqual(['a{cluster=c} gauge 1']);
    const [up] = metricOf(page, 'up')?.message('gauge')?.messages('dataPoints') ?? [];
    expect(up === undefined ? '' : attributesText(up)).toBe('{cluster=c}');
  });
});

describe('limits', () => {
  it.each([
    [{ sample_limit: 1 }, 'sample limit exceeded'],
    [{ body_size_limit: '5B' }, 'body size limit exceeded'],
    [{ label_limit: 2 }, 'label_limit exceeded (metric: "a", number of labels: 4, limit: 2)'],
    [
      { label_value_length_limit: 5 },
      'label_value_length_limit exceeded (metric: "a", label name: instance)',
    ],
    [{ target_limit: 1 }, 'target_limit exceeded (number of targets: 2, limit: 1)'],
  ])('fail a scrape: %j', async (limits, error) => {
    const server = await PrometheusServer.open('a{b="c"} 1\nd 2\n');
    const targets = [server.address, server.address.replace('127.0.0.1', 'localhost')];
    const job = {
      job_name: 'shop',
      static_configs: [{ targets: targets.slice(0, 'target_limit' in limits ? 2 : 1) }],
    };
    const { scrapes, logger } = await scraping([{ ...job, ...limits }]);
    expect(reportsOf(await scrapes.next())['up']).toBe('0');
    expect(logger.lines[0]?.fields['error']).toBe(error);
  });

  it('give a target its time and no more', async () => {
    const server = await PrometheusServer.open();
    server.replies.set('/metrics', () => new Promise(() => undefined));
    const { scrapes, logger } = await scraping([jobFor(server.address)]);
    expect(reportsOf(await scrapes.next())['up']).toBe('0');
    expect(logger.lines[0]?.fields['error']).toBe('context deadline exceeded');
  });
});

describe('a target', () => {
  it('is asked as configured', async () => {
    const server = await PrometheusServer.open();
    server.replies.set('/custom', {
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync('a 1\n'),
    });
    const { scrapes } = await scraping([
      jobFor(server.address, {
        metrics_path: '/custom',
        params: { module: ['one', 'two'] },
        basic_auth: { username: 'me', password: 'secret' },
        scrape_protocols: ['PrometheusText0.0.4'],
      }),
    ]);
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
    const [request] = server.requests;
    expect(request?.url).toBe('/custom?module=one&module=two');
    expect(request?.headers).toMatchObject({
      accept: 'text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      authorization: `Basic ${Buffer.from('me:secret').toString('base64')}`,
      'x-prometheus-scrape-timeout-seconds': '0.2',
    });
  });

  it('is followed where it moved to, without its secrets elsewhere', async () => {
    const target = await PrometheusServer.open('a 1\n');
    const server = await PrometheusServer.open({
      status: 302,
      headers: { location: `http://${target.address}/metrics` },
      body: '',
    });
    const { scrapes } = await scraping([
      jobFor(server.address, { authorization: { credentials: 'token' } }),
    ]);
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer token');
    expect(target.requests[0]?.headers.authorization).toBe(undefined);
  });

  it('is asked through a proxy', async () => {
    const proxy = await PrometheusServer.open('a 1\n');
    const { scrapes } = await scraping([
      jobFor('shop.example:80', { proxy_url: `http://${proxy.address}` }),
    ]);
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
    expect(proxy.requests[0]?.url).toBe('http://shop.example/metrics');
    expect(proxy.requests[0]?.headers.host).toBe('shop.example');
  });
});

describe('the end of a receiver', () => {
  it('comes with a last scrape where that is wanted', async () => {
    const server = await PrometheusServer.open('a 1\n');
    const { receiver, scrapes } = await scraping(
      [jobFor(server.address, { scrape_interval: '1h', scrape_timeout: '1s' })],
      { options: { scrape_on_shutdown: true } },
    );
    await receiver.shutdown(new AbortController().signal);
    expect(linesOf(await scrapes.full())).toEqual(['a gauge 1']);
  });
});
