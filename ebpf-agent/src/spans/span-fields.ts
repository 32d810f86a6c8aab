import { type Exchange, isServer } from '../requests/exchange.ts';

const KIND_SERVER = 2;
const KIND_CLIENT = 3;
export const STATUS_ERROR = 2;

export function kindOf(exchange: Exchange): number {
  return isServer(exchange) ? KIND_SERVER : KIND_CLIENT;
}

/** As the conventions name spans: method and route, operation and table. */
export function spanNameOf(exchange: Exchange): string {
  const { operation, target } = exchange.meaning;
  const name = [operation, target].filter((part) => part !== '').join(' ');
  return name || exchange.protocol.name;
}
