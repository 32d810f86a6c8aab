import { SOURCES } from './sources.ts';
import type { PlainRow } from './statements.ts';

export interface PublishedCondition {
  readonly source: string;
  readonly context: 'span' | 'log';
  readonly condition: string;
  /** Rows for which it holds, and for which not. */
  readonly holds: PlainRow;
  readonly fails: PlainRow;
}

const {
  opentelemetry: OTEL,
  oneuptime: ONEUPTIME,
  maksim: MAKSIM,
  ganhua: GANHUA,
  alloy: ALLOY,
  language: LANGUAGE,
} = SOURCES;

/** Conditions as they were published. */
export const CONDITIONS: readonly PublishedCondition[] = [
  {
    source: OTEL,
    context: 'span',
    condition: `resource.attributes["service.name"] != "app1" and
        resource.attributes["service.name"] != "app2" and
        resource.attributes["service.name"] != "app3"`,
    holds: { resource: { 'service.name': 'other' } },
    fails: { resource: { 'service.name': 'app2' } },
  },
  {
    source: OTEL,
    context: 'span',
    condition: 'resource.attributes["service.name"] == "service1"',
    holds: { resource: { 'service.name': 'service1' } },
    fails: {},
  },
  {
    source: ONEUPTIME,
    context: 'span',
    condition: 'attributes["http.target"] == "/healthz"',
    holds: { attributes: { 'http.target': '/healthz' } },
    fails: { attributes: { 'http.target': '/readyz' } },
  },
  {
    source: ONEUPTIME,
    context: 'span',
    condition: 'attributes["http.target"] == "/readyz"',
    holds: { attributes: { 'http.target': '/readyz' } },
    fails: { attributes: { 'http.target': 1n } },
  },
  {
    source: MAKSIM,
    context: 'span',
    condition: 'IsMatch(resource.attributes["k8s.pod.name"], "my-pod-name.*")',
    holds: { resource: { 'k8s.pod.name': 'my-pod-name-7' } },
    fails: { resource: { 'k8s.pod.name': 'pod' } },
  },
  {
    source: GANHUA,
    context: 'log',
    condition: 'resource.attributes["service.name"] == "my_service_name"',
    holds: { resource: { 'service.name': 'my_service_name' } },
    fails: { resource: { 'service.name': 'x' } },
  },
  {
    source: ALLOY,
    context: 'span',
    condition: 'not IsMatch(name, "http_.*")',
    holds: { name: 'grpc' },
    fails: { name: 'http_x' },
  },
  {
    source: LANGUAGE,
    context: 'span',
    condition: 'not name == "foo"',
    holds: { name: 'bar' },
    fails: { name: 'foo' },
  },
  {
    source: LANGUAGE,
    context: 'span',
    condition: 'not (IsMatch(name, "http_.*") and kind > 0)',
    holds: { name: 'http_x' },
    fails: { name: 'http_x', kind: 2 },
  },
  {
    source: LANGUAGE,
    context: 'span',
    condition: 'attributes["custom-attr"] != nil',
    holds: { attributes: { 'custom-attr': 0n } },
    fails: {},
  },
  {
    source: LANGUAGE,
    context: 'log',
    condition: 'IsMatch(resource.attributes["host.name"], "pod-*")',
    holds: { resource: { 'host.name': 'my-pod-1' } },
    fails: { resource: { 'host.name': 'vm' } },
  },
];
