import type { FunctionDefinition } from '../compile/function-definition.ts';
import { AgentParsers } from '../user-agent/agent-parsers.ts';
import type { ValueMap } from '../value/value.ts';
import { converter } from './define.ts';

/** Texts whose answers are kept, and the longest that is looked at: no browser sends a longer one. */
const ANSWERS_MAX = 4096;
const TEXT_LENGTH_MAX = 1024;

const made: { parsers?: AgentParsers } = {};

function describe(text: string, parsers: AgentParsers): ValueMap {
  const known = text.slice(0, TEXT_LENGTH_MAX);
  const browser = parsers.browser(known);
  const system = parsers.system(known);
  const map: ValueMap = new Map([
    ['user_agent.name', browser.family],
    ['user_agent.original', text],
    ['user_agent.version', browser.version],
    ['os.name', system.family],
  ]);
  if (system.version !== '') map.set('os.version', system.version);
  return map;
}

/** `UserAgent(text)`: browser and system after the patterns of uap-core. */
export const userAgent: FunctionDefinition = converter('UserAgent', ['user_agent'], (args) => {
  const target = args.string('user_agent');
  made.parsers ??= new AgentParsers();
  const { parsers } = made;
  const answers = new Map<string, ValueMap>();
  return (cursor) => {
    const text = target(cursor);
    let answer = answers.get(text);
    if (answer === undefined) {
      answer = describe(text, parsers);
      if (answers.size >= ANSWERS_MAX) answers.clear();
      if (text.length <= TEXT_LENGTH_MAX) answers.set(text, answer);
    }
    return new Map(answer);
  };
});
