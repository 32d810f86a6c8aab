import { describe, expect, it } from 'vitest';
import { jsonToProtobuf, readRequest } from '../src/index.ts';

describe('the upper levels of a request', () => {
  it('are read alone where nobody wants more', () => {
    const span = { name: 'x', attributes: [{ key: 'k', value: { stringValue: 'v' } }] };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
    const body = { resourceSpans: [{ resource, scopeSpans: [{ spans: [span, span] }] }, {}] };
    const bytes = jsonToProtobuf('traces', JSON.stringify(body));
    const spansOf = (levels?: number): readonly string[][] =>
      readRequest('traces', bytes, levels)
        .messages('resourceSpans')
        .map((one) =>
          one
            .messages('scopeSpans')
            .flatMap((scope) => scope.messages('spans'))
            .map((read) => read.text('name')),
        );
    expect(spansOf()).toEqual([['x', 'x'], []]);
    expect(spansOf(3)).toEqual([['', ''], []]);
    expect(spansOf(1)).toEqual([[], []]);
  });
});
