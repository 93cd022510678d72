// kernel: ipvs, no clock
// share_checks with a real web server, which counts what it is asked.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';

const SERVER = '192.0.2.2';
const SERVICES = 40;
/** Of the service that is alone, whose requests are the clock of the others. */
const ROUNDS = 8;
const PAGES = ['shared', 'apart', 'alone'] as const;

type Page = (typeof PAGES)[number];

/** Each page is what many services ask for, at once or each for itself, or only one. */
const CONFIGURATION = [
  'global_defs {\n share_checks\n}\n',
  ...services('shared', { count: SERVICES, subnet: 1 }),
  ...services('apart', { count: SERVICES, subnet: 2, words: 'share_checks off' }),
  ...services('alone', { count: 1, subnet: 3 }),
].join('');

function services(
  page: Page,
  { count, subnet, words = '' }: { count: number; subnet: number; words?: string },
): readonly string[] {
  const check = `HTTP_GET {\nurl {\npath /${page}\nstatus_code 200\n}\nconnect_timeout 30\nretry 0\n}`;
  const server = `real_server ${SERVER} 80 {\n${check}\n}`;
  return Array.from(
    { length: count },
    (_, i) =>
      `virtual_server 198.51.${subnet}.${i + 1} 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n` +
      `delay_loop 1\nwarmup 0\n${words}\n${server}\n}\n`,
  );
}

type Counts = Readonly<Record<Page, number>>;

/** Requests that the web server has answered so far. */
function counts({ folder }: Host): Counts {
  const file = join(folder, 'access.log');
  const log = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const of = (page: Page): number => log.split(`"GET /${page} `).length - 1;
  return { shared: of('shared'), apart: of('apart'), alone: of('alone') };
}

test(`a page that ${SERVICES} services share is asked for as often as that of one, and all act on it`, async (context) => {
  const lan = await Lan.create([
    { name: 'box', address: '192.0.2.1/24' },
    { name: 'web', address: `${SERVER}/24` },
  ]);
  context.after(() => lan.destroy());
  const [box, web] = [lan.host('box'), lan.host('web')];
  const server = new WebServer(web);
  for (const page of PAGES) writeFileSync(join(web.folder, 'www', page), page);
  await server.start();
  const daemon = new Daemon(box, 'tandemd', { configuration: CONFIGURATION, flags: ['-C'] });
  daemon.start();
  await daemon.ready();
  const rounds = (number: number): Promise<boolean> =>
    waitUntil(`request ${number}`, () => counts(web).alone >= number, { limitMs: 60_000 });
  // The first ones may come before anybody has heard of another one.
  await rounds(2);
  const before = counts(web);
  await rounds(before.alone + ROUNDS);
  const after = counts(web);
  const [shared, apart] = [after.shared - before.shared, after.apart - before.apart];
  context.diagnostic(
    `${ROUNDS} rounds: ${shared} requests of ${SERVICES} that share, else ${apart}`,
  );
  assert.ok(shared >= ROUNDS / 2 && shared <= ROUNDS * 2, `${shared} shared requests`);
  assert.ok(apart >= (ROUNDS / 2) * SERVICES, `${apart} requests of those that do not share`);

  rmSync(join(web.folder, 'www/shared'));
  const serving = async (subnet: number): Promise<number> =>
    (await table(box)).filter(
      ({ service, destinations }) =>
        service.includes(` 198.51.${subnet}.`) && destinations.length > 0,
    ).length;
  const serve = (number: number): Promise<boolean> =>
    waitUntil(`${number} that serve`, async () => (await serving(1)) === number, {
      limitMs: 60_000,
    });
  await serve(0);
  assert.equal(await serving(2), SERVICES);
  writeFileSync(join(web.folder, 'www/shared'), 'again');
  await serve(SERVICES);
  await daemon.stop();
});
