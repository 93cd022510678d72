// kernel: ipvs, no clock
// Virtual servers of every kind whose real servers fail and come back, beside keepalived: after each
// event the two tables are the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { block, line, render, type Entry } from '../config-oracle/entry.ts';
import { Random } from '../config-oracle/random.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import { WebServer } from '../lib/web-server.ts';
import { differences, kernelTable } from './kernel-table.ts';
import { virtualServer } from './service-files.ts';

const SERVICES = 40;
const NAMES: readonly Implementation[] = ['tandemd', 'keepalived'];
/** Only what does not come at all meets it. */
const LIMIT_MS = 120_000;
/** What stands for the real servers of all virtual servers, by their position. */
const TARGETS = ['127.9.0.1', '127.9.0.2', '127.9.0.3'];
const SUSPENSION = 'ha_suspend';
const BLOCK = /^(?:[A-Z]+_CHECK|HTTP_GET|SSL_GET)$/;

/** Who is bad after each event, by position, and whether the box has the virtual addresses. */
const EVENTS: readonly { readonly bad: readonly number[]; readonly isHere: boolean }[] = [
  { bad: [], isHere: false },
  { bad: [0], isHere: false },
  { bad: [0, 1], isHere: false },
  { bad: [0, 1, 2], isHere: false },
  { bad: [1, 2], isHere: false },
  { bad: [2], isHere: false },
  { bad: [], isHere: false },
  { bad: [], isHere: true },
  { bad: [0, 1, 2], isHere: true },
  { bad: [0, 1, 2], isHere: false },
  { bad: [0], isHere: false },
  { bad: [0], isHere: true },
  { bad: [], isHere: true },
];

/** Virtual servers, each with its group if it has one. */
const ENTRIES: readonly (readonly Entry[])[] = Array.from({ length: SERVICES }, (_, i) => {
  const random = new Random(`outage ${i}`);
  const plan = {
    n: 1,
    net: (i + 16).toString(16),
    family: random.percent(35) ? 6 : 4,
    isChecked: true,
    isRefused: false,
    isTunnel: random.percent(30),
  } as const;
  return virtualServer(plan, random)
    .map(checked)
    .map(i % 4 === 0 ? suspended : (each) => each);
});

/** @returns a virtual server at an address that is checked only while the box has that */
function suspended(entry: Entry): Entry {
  if (!/^virtual_server [\da-f]+[.:]/.test(entry.text)) return entry;
  const others = (entry.children ?? []).filter(({ text }) => text !== SUSPENSION);
  return { ...entry, children: [line(SUSPENSION), ...others] };
}

/** @returns a virtual server whose real servers are checked where they all are */
function checked(entry: Entry): Entry {
  if (!entry.text.startsWith('virtual_server ')) return entry;
  let position = -1;
  const children = (entry.children ?? []).map((each) => {
    if (!each.text.startsWith('real_server ')) return each;
    position += 1;
    const own = (each.children ?? []).filter(({ text }) => !BLOCK.test(text));
    const check = block(
      'TCP_CHECK',
      `connect_ip ${TARGETS[position] ?? ''}`,
      'connect_port 80',
      'connect_timeout 60',
      'delay_loop 1',
      'warmup 0',
      'retry 0',
    );
    return { ...each, children: [...own, check] };
  });
  return { ...entry, children };
}

/** How many real servers there are in each position, of those that are always checked or not. */
function checkers(isSuspended: boolean): readonly number[] {
  const servers = ENTRIES.flat().filter(
    ({ text, children = [] }) =>
      text.startsWith('virtual_server ') &&
      children.some((each) => each.text === SUSPENSION) === isSuspended,
  );
  return TARGETS.map(
    (target) =>
      servers
        .flatMap(({ children = [] }) => children)
        .filter(({ children = [] }) =>
          children.some((each) =>
            (each.children ?? []).some(({ text }) => text === `connect_ip ${target}`),
          ),
        ).length,
  );
}

/** A director and what it checks. */
class Box {
  readonly host: Host;
  readonly daemon: Daemon;
  #addresses: readonly string[] = [];

  constructor(host: Host, name: Implementation) {
    const globals = { text: 'global_defs', children: [line('script_user root')] };
    const configuration = `${render([globals, ...ENTRIES.flat()]).join('\n')}\n`;
    this.host = host;
    this.daemon = new Daemon(host, name, { configuration, flags: ['-C'] });
  }

  /** Makes servers refuse and answer, and virtual addresses come and go. */
  async enact(before: (typeof EVENTS)[number], { bad, isHere }: typeof before): Promise<void> {
    const turned = TARGETS.flatMap((target, i) => {
      if (before.bad.includes(i) === bad.includes(i)) return [];
      return [`${bad.includes(i) ? '-I' : '-D'} INPUT -d ${target} -p tcp --syn -j REJECT`];
    });
    if (before.isHere !== isHere) {
      if (isHere) this.#addresses = await this.#virtualAddresses();
      const how = isHere ? 'add' : 'del';
      const lines = this.#addresses.map((each) => `addr ${how} ${each} dev lo`);
      const suspensions = this.#suspensions();
      await this.host.exec(['ip', '-batch', '-'], { input: lines.join('\n') });
      const all = suspensions + checkers(true).reduce((sum, each) => sum + each, 0);
      const isHeard = (): boolean => isHere || this.#suspensions() >= all;
      await waitUntil('the checks are suspended', isHeard, { limitMs: LIMIT_MS });
    }
    const input = ['*filter', ...turned, 'COMMIT', ''].join('\n');
    await this.host.exec(['iptables-legacy-restore', '-w', '--noflush'], { input });
  }

  async #virtualAddresses(): Promise<readonly string[]> {
    const { stdout } = await this.host.exec(['ipvsadm', '-Sn']);
    const found = [...stdout.matchAll(/^-A (?:-[tu]|--sctp-service) \[?([\da-f.:]+?)\]?:\d+ /gm)];
    const addresses = found.map(([, each = '']) =>
      each.includes(':') ? `${each}/128 nodad` : `${each}/32`,
    );
    return [...new Set(addresses)];
  }

  #suspensions(): number {
    return this.daemon.log().split('Suspending healthchecker').length - 1;
  }

  /** How many checks have told so far that a server is bad, or that one is good. */
  said(): { readonly bad: number; readonly good: number } {
    const log = this.daemon.log();
    const count = (pattern: RegExp): number => [...log.matchAll(pattern)].length;
    return {
      bad: count(/TCP_CHECK on service .* failed/g),
      good: count(/TCP connection to .* success/g),
    };
  }
}

/** How many checks tell of all events up to one, each when a server turns that it looks at. */
function told(upTo: number): { readonly bad: number; readonly good: number } {
  let [bad, good] = [0, 0];
  for (const isSuspended of [false, true]) {
    const counts = checkers(isSuspended);
    const state: (boolean | undefined)[] = TARGETS.map(() => undefined);
    for (const event of EVENTS.slice(0, upTo + 1)) {
      if (isSuspended && !event.isHere) continue;
      for (const [i, count] of counts.entries()) {
        const isBad = event.bad.includes(i);
        if (state[i] === isBad) continue;
        state[i] = isBad;
        if (isBad) bad += count;
        else good += count;
      }
    }
  }
  return { bad, good };
}

void test('outages change the table as with keepalived', async (context) => {
  assert.ok([...checkers(false), ...checkers(true)].every((each) => each > 0));
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const boxes = NAMES.map((name) => new Box(lan.host(name), name));
  for (const { host } of boxes) await new WebServer(host).start();
  let before = EVENTS[0] ?? assert.fail();
  for (const [i, event] of EVENTS.entries()) {
    const what = `bad: ${event.bad.map((each) => each + 1).join(' and ') || 'none'}; ${
      event.isHere ? 'with' : 'without'
    } the addresses`;
    await context.test(what, async () => {
      for (const box of boxes) {
        if (i === 0) box.daemon.start();
        else await box.enact(before, event);
      }
      before = event;
      const wanted = told(i);
      for (const box of boxes) {
        const isTold = (): boolean => {
          const { bad, good } = box.said();
          return bad >= wanted.bad && good >= wanted.good;
        };
        await waitUntil('the results', isTold, { limitMs: LIMIT_MS }).catch((error: unknown) => {
          const seen = `${JSON.stringify(box.said())}, not ${JSON.stringify(wanted)}`;
          throw new Error(`${box.daemon.implementation}: ${seen}`, { cause: error });
        });
      }
      await assertAlike(boxes);
    });
  }
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

/** A change comes a moment after what is said of it, or before. */
async function assertAlike(boxes: readonly Box[]): Promise<void> {
  let lines: readonly string[] = [];
  const look = async (): Promise<boolean> => {
    const [ours = [], theirs = []] = await Promise.all(
      boxes.map(({ host }) => kernelTable(host, ['connections'])),
    );
    lines = differences(ours, theirs);
    assert.ok(theirs.length > SERVICES);
    return lines.length === 0;
  };
  await waitUntil('the same tables', look, { limitMs: LIMIT_MS }).catch(() => undefined);
  assert.deepEqual(lines, []);
}
