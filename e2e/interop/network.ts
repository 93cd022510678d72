/** The boxes of a scenario: what can be done to them, and who is master. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { AddressWatch, type AddressChange } from '../lib/address-watch.ts';
import { noBadPacket } from '../lib/bad-packets.ts';
import { Capture } from '../lib/capture.ts';
import { run } from '../lib/command.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';
import type { Action, Scenario, Step } from './scenarios.ts';

interface Box {
  readonly number: number;
  readonly host: Host;
  readonly daemon: Daemon;
  readonly watch: AddressWatch;
  /** What its adverts come from. */
  readonly source: string;
}

/** Virtual addresses, by family. */
const ADDRESSES = {
  4: ['10.30.8.100/24', '10.30.8.101/24'],
  6: ['fe80::100:51/64', '2001:db8::100/64'],
} as const;

/** What other work on the machine, and the daemons' own, may take. */
const SLACK_MS = 2500;
/** A link's way up and an address' duplicate detection: not the protocol's time. */
const LINK_SLACK_MS = 4000;
/** A limit for what does not come about at all. */
const WAIT_MS = 15_000;
/** With three lost adverts there would be another master in so many intervals. */
const WATCH_INTERVALS = 4.5;

/** Less than what is left of three adverts that must be missed when one was just sent. */
const HANDOVER_INTERVALS = 1.9;

const LINKS: readonly Action['do'][] = ['link-up', 'plug'];
/** What takes a daemon's counters along. */
const ENDS: readonly Action['do'][] = ['stop', 'kill'];

/** A LAN with the boxes of a scenario. */
export class Network {
  readonly #scenario: Scenario;
  readonly #lan: Lan;
  readonly #capture: Capture;
  readonly #boxes: readonly Box[];

  private constructor(scenario: Scenario, wire: { lan: Lan; capture: Capture }, boxes: Box[]) {
    this.#scenario = scenario;
    this.#lan = wire.lan;
    this.#capture = wire.capture;
    this.#boxes = boxes;
  }

  /**
   * Sets everything up; no daemon runs yet.
   * @param implementations - of the boxes, in their order
   */
  static async create(
    scenario: Scenario,
    implementations: readonly Implementation[],
  ): Promise<Network> {
    const numbers = implementations.map((_, i) => i + 1);
    const lan = await Lan.create(
      numbers.map((i) => ({ name: `box${i}`, address: `10.30.8.${i}/24` })),
    );
    try {
      const boxes = await Promise.all(
        implementations.map((implementation, i) =>
          createBox(scenario, { lan, implementation, number: i + 1 }),
        ),
      );
      const capture = await Capture.start(lan.bridge);
      return new Network(scenario, { lan, capture }, boxes);
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    await Promise.all([this.#capture.stop(), ...this.#boxes.map(({ watch }) => watch.stop())]);
    await this.#lan.destroy();
  }

  /**
   * Does what the step says, and waits for what it leads to, which must then stay.
   * @throws Error with all logs when it does not
   */
  async play(step: Step): Promise<void> {
    try {
      if (step.actions.some((action) => ENDS.includes(action.do))) await this.noBadPacket();
      const since = Date.now();
      await Promise.all(step.actions.map((action) => this.#perform(action)));
      if (step.adverts === undefined) await this.#watch(step, since);
      else await this.#changed(step, step.adverts, since);
    } catch (error) {
      const logs = this.#boxes.map(
        ({ host, daemon }) => `${host.name}:\n${daemon.log().slice(-3000)}`,
      );
      throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
    }
  }

  /** None of the daemons that run has found a packet bad. */
  async noBadPacket(): Promise<void> {
    const running = this.#boxes.filter(({ daemon }) => daemon.running);
    await Promise.all(running.map(({ host, daemon }) => noBadPacket(host, daemon)));
  }

  async #changed(step: Step, adverts: number, since: number): Promise<void> {
    const { version, interval } = this.#scenario;
    const skewMs = version === 2 ? 1000 : interval * 1000;
    const isLink = step.actions.some((action) => LINKS.includes(action.do));
    const slackMs = SLACK_MS + (isLink ? LINK_SLACK_MS : 0);
    // A daemon's start is not the protocol's time, its stop is.
    const isStart = step.actions.some((action) => action.do === 'start');
    const startMs = isStart ? Date.now() - since : 0;
    const boundMs = adverts * interval * 1000 + skewMs + (step.delayMs ?? 0) + slackMs + startMs;
    const isRight = (): boolean => this.#isRight(step);
    await waitUntil(step.what, isRight, { limitMs: WAIT_MS, everyMs: 10 });
    const tookMs = Math.max(...this.#changesSince(since).map(({ atMs }) => atMs)) - since;
    if (tookMs > boundMs || tookMs < (step.delayMs ?? 0))
      throw new Error(`${step.what}: it took ${tookMs} ms, which may be ${boundMs}`);
    if (isHandover(step)) await this.#handedOver(step, since);
    // What was on its way when the addresses moved.
    await delay(interval * 500);
    await this.#watch(step, Date.now());
  }

  /**
   * A master that stops says so, and the next one waits for the rest of Skew_Time only; as told by
   * the wire, where other work on the machine matters less. Without that word it would have to miss
   * three adverts, of which the last may have been sent one interval before.
   */
  async #handedOver(step: Step, since: number): Promise<void> {
    const { interval, priorities } = this.#scenario;
    const [heir = 0] = step.masters;
    const skewMs = ((256 - (priorities[heir - 1] ?? 0)) / 256) * interval * 1000;
    const boundMs = skewMs + HANDOVER_INTERVALS * interval * 1000;
    const [farewell, first] = await waitUntil(
      `${step.what}: an advert of priority 0, and one of the next master`,
      () => {
        const seen = this.#capture.adverts(since);
        const last = seen.findIndex(({ priority }) => priority === 0);
        const next = seen.slice(last + 1).find(({ source }) => source === this.#box(heir).source);
        return last >= 0 && next !== undefined && [seen[last], next];
      },
      { limitMs: WAIT_MS, everyMs: 10 },
    );
    const tookMs = (first?.atMs ?? 0) - (farewell?.atMs ?? 0);
    if (tookMs > boundMs)
      throw new Error(`${step.what}: handed over in ${tookMs} ms, which may be ${boundMs}`);
  }

  /** It stays so, and nobody else sends adverts. */
  async #watch(step: Step, since: number): Promise<void> {
    await delay(this.#scenario.interval * WATCH_INTERVALS * 1000);
    this.#judgeFrames(since);
    const changes = this.#changesSince(since);
    const senders = new Set(
      this.#capture
        .adverts(since)
        .filter(({ priority }) => priority > 0)
        .map(({ source }) => this.#boxes.find((box) => box.source === source)?.number ?? source),
    );
    const isQuiet =
      senders.size === step.masters.length && step.masters.every((n) => senders.has(n));
    // What is taken off by a backup that stops was not there.
    const moves = changes.filter(({ box, removed }) => step.masters.includes(box) || !removed);
    if (this.#isRight(step) && isQuiet && moves.length === 0) return;
    const seen = JSON.stringify({ senders: [...senders], changes });
    throw new Error(`${step.what}: it did not stay so: ${seen}`);
  }

  /** All have the MAC address of the virtual router, and nothing else has it. */
  #judgeFrames(since: number): void {
    const { virtualInterface, family } = this.#scenario;
    if (virtualInterface === undefined) return;
    const { adverts, announcements } = virtualInterface;
    const seen = this.#capture.adverts(since).map(({ hardwareSource }) => hardwareSource);
    const isRight = (each: string): boolean =>
      adverts === undefined ? each !== announcements : each === adverts;
    assert.ok(seen.length > 0 && seen.every(isRight), `adverts from ${seen.join(' ')}`);
    const target = this.#addresses[0]?.split('/')[0] ?? '';
    const told = family === 4 ? this.#capture.gratuitous(target) : [];
    for (const { source } of told) assert.equal(source, announcements);
    if (family === 4) assert.ok(told.length > 0, 'no gratuitous ARP');
  }

  #changesSince(since: number): readonly (AddressChange & { readonly box: number })[] {
    return this.#boxes.flatMap(({ number, watch }) =>
      watch.changes
        .filter(({ address, atMs }) => atMs >= since && this.#addresses.includes(address))
        .map((change) => ({ box: number, ...change })),
    );
  }

  #isRight({ masters }: Step): boolean {
    return this.#boxes.every(({ number, watch }) =>
      this.#addresses.every((each) => watch.holds(each) === masters.includes(number)),
    );
  }

  get #addresses(): readonly string[] {
    return ADDRESSES[this.#scenario.family];
  }

  #box(number: number): Box {
    const box = this.#boxes[number - 1];
    if (box === undefined) throw new Error(`no box ${number}`);
    return box;
  }

  async #perform(action: Action): Promise<void> {
    if (!('box' in action)) {
      const isolated = action.do === 'cut' ? 'on' : 'off';
      for (const { host } of this.#boxes)
        await this.#setPort(host, 'type', 'bridge_slave', 'isolated', isolated);
      return;
    }
    const { host, daemon, number } = this.#box(action.box);
    switch (action.do) {
      case 'start':
        daemon.start();
        await daemon.ready();
        return;
      case 'stop':
        await daemon.stop();
        return;
      case 'kill':
        await daemon.kill();
        await this.#clear(host);
        return;
      case 'reload':
        daemon.reload(configurationOf(this.#scenario, number, action.priority));
        return;
      case 'link-down':
      case 'unplug':
        await enters(daemon, 'FAULT', () => this.#setLink(host, action.do, 'down'));
        return;
      case 'link-up':
      case 'plug':
        // An IPv6 address has its duplicates looked for first, by chance for up to two seconds.
        await enters(daemon, 'BACKUP', () => this.#setLink(host, action.do, 'up'));
        return;
    }
  }

  /** What a power failure would take along. */
  async #clear(host: Host): Promise<void> {
    const { virtualInterface } = this.#scenario;
    if (virtualInterface !== undefined) {
      await host.exec(['ip', 'link', 'del', virtualInterface.name]);
      return;
    }
    for (const address of this.#addresses)
      await host.exec(['ip', 'addr', 'del', address, 'dev', 'eth0'], { mayFail: true });
  }

  /** At its own end, or at the other end of its cable. */
  async #setLink(host: Host, what: Action['do'], to: 'up' | 'down'): Promise<void> {
    if (what === 'plug' || what === 'unplug') await this.#setPort(host, to);
    else await host.exec(['ip', 'link', 'set', 'eth0', to]);
  }

  async #setPort(host: Host, ...words: readonly string[]): Promise<void> {
    await run(['ip', '-n', this.#lan.bridge.namespace, 'link', 'set', host.name, ...words]);
  }
}

/** Does something, and waits until the daemon says that it is in this state, once more. */
async function enters(
  daemon: Daemon,
  state: 'FAULT' | 'BACKUP',
  act: () => Promise<void>,
): Promise<void> {
  const times = (): number => daemon.log().split(`Entering ${state} STATE`).length;
  const before = times();
  await act();
  await waitUntil(`entering ${state}`, () => times() > before, { limitMs: WAIT_MS });
}

/** @returns whether a master stops, which the next one need not find out */
function isHandover({ actions, adverts }: Step): boolean {
  return adverts === 0 && actions.some((action) => action.do === 'stop');
}

async function createBox(
  scenario: Scenario,
  { lan, implementation, number }: { lan: Lan; implementation: Implementation; number: number },
): Promise<Box> {
  const host = lan.host(`box${number}`);
  const configuration = configurationOf(scenario, number);
  const daemon = new Daemon(host, implementation, { configuration, flags: ['-P'] });
  const source = scenario.family === 4 ? host.address : await linkLocal(host);
  return { number, host, daemon, source, watch: await AddressWatch.start(host) };
}

/** The address of eth0, once nobody else can have it. */
function linkLocal(host: Host): Promise<string> {
  return waitUntil(
    `link-local address of ${host.name}`,
    async () => {
      const { stdout } = await host.exec(['ip', '-6', '-o', 'addr', 'show', 'dev', 'eth0']);
      return stdout.includes('tentative') ? undefined : /inet6 (fe80:[^/]+)/.exec(stdout)?.[1];
    },
    { limitMs: 10_000 },
  );
}

function configurationOf(
  { version, family, interval, lines = [], priorities }: Scenario,
  number: number,
  priority = priorities[number - 1],
): string {
  return `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version ${version}
  priority ${priority ?? 100}
  advert_int ${interval}
  ${lines.join('\n  ')}
  virtual_ipaddress {
    ${ADDRESSES[family].join('\n    ')}
  }
}
`;
}
