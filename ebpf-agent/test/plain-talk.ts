import { Conversation } from './conversation.ts';

export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const EXCHANGES = 60;

/** Requests of some kinds, the first of which tells the name that is asked for. */
export function talk(): Conversation {
  const conversation = new Conversation();
  for (let i = 1; i <= EXCHANGES; i++) {
    const status = i % 10 === 0 ? 500 : 200;
    const path = i % 7 === 0 ? '/health' : `/r/${i}?secret=${i}`;
    const traced = i % 4 === 0 ? `traceparent: 00-${TRACE}-b7ad6b716920${1000 + i}-01\r\n` : '';
    conversation.ask(`GET ${path} HTTP/1.1\r\nHost: shop\r\n${traced}\r\n`);
    conversation.answer(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`);
  }
  return conversation;
}
