/** Checks of each kind that have no result while a table is looked at. */
import { block, line, type Entry } from '../config-oracle/entry.ts';
import type { Random } from '../config-oracle/random.ts';

/** A neighbour that never answers. */
export const NOBODY = '192.0.2.99';

/** Checks by the network, with what each of them cannot do without. */
const CONNECTING: readonly Entry[] = [
  block('TCP_CHECK'),
  { text: 'HTTP_GET', children: [block('url', 'path /')] },
  { text: 'SSL_GET', children: [block('url', 'path /')] },
  block('SMTP_CHECK'),
  block('DNS_CHECK'),
  block('UDP_CHECK'),
  block('PING_CHECK'),
];
const SCRIPT = block('MISC_CHECK', 'misc_path "/bin/sleep 60"', 'misc_timeout 60');

/** @returns the block of a checker that waits for half a minute at least */
export function anyCheck(random: Random): Entry {
  const check = random.pick([...CONNECTING, SCRIPT]);
  if (check === SCRIPT) return SCRIPT;
  const waiting = [line(`connect_ip ${NOBODY}`), line('connect_timeout 60')];
  return { text: check.text, children: [...waiting, ...(check.children ?? [])] };
}
