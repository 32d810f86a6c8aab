/** Where what a component of the Collector does is done without it. */
const INSTEAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  receivers: {
    fluentforward: 'use otlp: Fluent Bit and Fluentd send OTLP',
    opencensus: 'use otlp',
    tcplog: 'use syslog, or file_log',
    udplog: 'use syslog, or file_log',
  },
  processors: {
    groupbytrace: 'leave it out: nothing here needs whole traces',
    metricstransform: 'use transform with metric_statements',
    metrics_transform: 'use transform with metric_statements',
    span: 'use transform: set(span.name, ...)',
    tail_sampling: 'use probabilistic_sampler, which decides by trace id',
  },
  exporters: {
    jaeger: 'use otlp_grpc: Jaeger takes OTLP on port 4317',
    loki: 'use otlp_http with endpoint http://HOST:3100/otlp: Loki takes OTLP',
    prometheusremotewrite:
      'use prometheus, which is scraped, or otlp_http where the store takes OTLP',
    prometheus_remote_write:
      'use prometheus, which is scraped, or otlp_http where the store takes OTLP',
  },
  extensions: {
    health_check_v2: 'use health_check',
    healthcheckv2: 'use health_check',
    memory_ballast: 'leave it out: the Collector has removed it',
    pprof: 'leave it out: a profiler of Go programs',
  },
};

/** Other components of the Collector, of which nobody meant a similar name. */
const ABSENT: Readonly<Record<string, readonly string[]>> = {
  receivers: names(`
    awscontainerinsightreceiver datadog docker_stats httpcheck influxdb k8s_cluster
    k8s_events k8s_objects k8sobjects kafkametrics kubeletstats kubelet_stats loki
    mongodb mysql nginx otelarrow postgresql rabbitmq receiver_creator redis
    skywalking snmp splunk_hec sqlquery statsd windowseventlog
  `),
  processors: names(`
    deltatocumulative deltatorate geoip groupbyattrs interval k8sattributes
    k8s_attributes logdedup log_dedup metricsgeneration remotetap schema sumologic
  `),
  exporters: names(`
    awscloudwatchlogs awsemf awsxray azuremonitor coralogix datadog elasticsearch
    googlecloud loadbalancing load_balancing opensearch otelarrow splunk_hec zipkin
  `),
  connectors: names(`
    datadog exceptions failover grafanacloud roundrobin signaltometrics sum
  `),
  extensions: names(`
    ack awsproxy cgroupruntime docker_observer host_observer http_forwarder
    jaegerremotesampling k8s_leader_elector k8s_observer oauth2client oidc opamp
    sigv4auth
  `),
};

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const ABSENT_WORDS = 'a component of the Collector that Sonde does not have';

/** What to say of a component that the Collector has and Sonde does not; undefined of any other. */
export function absentHint(section: string, type: string): string | undefined {
  const instead = INSTEAD[section] ?? {};
  if (Object.hasOwn(instead, type)) return `${ABSENT_WORDS}; ${instead[type]}`;
  return ABSENT[section]?.includes(type) === true ? ABSENT_WORDS : undefined;
}
