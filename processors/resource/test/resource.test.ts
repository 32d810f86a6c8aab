import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { resourceProcessorFactory as factory } from '../src/index.ts';

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

function logs(...hosts: readonly (readonly object[])[]): object {
  return {
    resourceLogs: hosts.map((attributes) => ({
      resource: {
        attributes,
        droppedAttributesCount: 2,
        entityRefs: [{ type: 'host', idKeys: ['host.id'] }],
      },
      schemaUrl: 'https://example.com/1',
      scopeLogs: [{ scope: { name: 'lib' }, logRecords: [{ body: { stringValue: 'x' } }] }],
    })),
  };
}

const CONFIG =
  '{attributes: [{key: env, value: prod, action: upsert}, {key: host.secret, action: delete}]}';

describe('the processor resource', () => {
  it('changes resources and keeps what else they hold', async () => {
    const graph = await TestGraph.start({ factory, signal: 'logs', config: CONFIG });
    const json = logs([text('host.secret', 's'), text('host.id', 'a')], [text('env', 'test')]);
    await graph.send(telemetryOf([requestOf('logs', json)]));
    const [arrived] = graph.arrived;
    if (arrived === undefined) throw new Error('nothing arrived');
    expect(jsonOf(arrived)).toEqual([
      logs([text('host.id', 'a'), text('env', 'prod')], [text('env', 'prod')]),
    ]);
  });

  it('leaves no trace of what it deleted in the columns', async () => {
    const graph = await TestGraph.start({ factory, signal: 'logs', config: CONFIG });
    await graph.send(telemetryOf([requestOf('logs', logs([text('host.secret', 'hunter2')]))]));
    const resources = graph.arrived[0]?.columns().resources;
    expect(Buffer.from(resources?.messages.run.used() ?? []).toString()).not.toContain('hunter2');
    expect(Buffer.from(resources?.attributes.values.used() ?? []).toString()).toContain('prod');
  });

  it('makes one resource of two that become equal', async () => {
    const graph = await TestGraph.start({ factory, signal: 'logs', config: CONFIG });
    const json = logs([text('env', 'a')], [text('env', 'b')]);
    await graph.send(telemetryOf([requestOf('logs', json)]));
    expect(graph.arrived[0]?.columns().resources.count).toBe(1);
  });

  it('forwards the very bytes when nothing changes', async () => {
    const config = '{attributes: [{key: nobody, action: delete}]}';
    const graph = await TestGraph.start({ factory, signal: 'logs', config });
    const telemetry = telemetryOf([requestOf('logs', logs([text('a', 'b')]))]);
    await graph.send(telemetry);
    expect(graph.arrived[0]).toBe(telemetry);
  });
});
