// kernel: any
// tandemd beside FRR's vrrpd, version 3, IPv4 and IPv6, in both orders of their priorities: after
// each step exactly one master for each family, and no packet that one of them finds bad.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AddressWatch } from '../lib/address-watch.ts';
import { noBadPacket } from '../lib/bad-packets.ts';
import { Daemon } from '../lib/daemon.ts';
import { Lan } from '../lib/lan.ts';
import { programPath } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { FAMILIES, Frr, PREPARE, type VirtualRouter } from './frr.ts';

const ROUTER: Omit<VirtualRouter, 'priority'> = {
  id: 51,
  intervalMs: 200,
  addresses: { 4: ['10.30.9.100/24'], 6: ['fe80::100:51/64', '2001:db8::100/64'] },
};

/** Three intervals, a skew time, and what daemons, links and duplicate detection take to start. */
const START_MS = 800 + 6000;
/** A skew time, and what stopping takes. */
const STOP_MS = 200 + 2000;
const DOWN_MS = 800 + 2000;
/** Whoever believes in another master would say so by then. */
const WATCH_MS = 1000;

/** What FRR logs of one. */
const BAD_PACKET = /Datagram invalid/;

type Side = 'tandemd' | 'frr';

void test("beside FRR's vrrpd", { concurrency: 2 }, async (context) => {
  const orders: readonly (readonly [Side, Side])[] = [
    ['tandemd', 'frr'],
    ['frr', 'tandemd'],
  ];
  await Promise.all(
    orders.map(([first, second]) =>
      context.test(`${first} before ${second}`, () => play(first, second)),
    ),
  );
});

async function play(first: Side, second: Side): Promise<void> {
  const pair = await Pair.create(first);
  try {
    await Promise.all([pair.start(first), pair.start(second)]);
    await pair.settle('both started', first, START_MS);
    await pair.stop(first);
    await pair.settle('the master stopped', second, STOP_MS);
    await pair.start(first);
    await pair.settle('it came back', first, START_MS);
    await pair.kill(first);
    await pair.settle('it was killed', second, DOWN_MS);
    await pair.start(first);
    await pair.settle('it came back again', first, START_MS);
    await pair.checkPackets();
    await pair.tellsBadPackets();
  } finally {
    await pair.destroy();
  }
}

class Pair {
  readonly #lan: Lan;
  readonly #tandemd: Daemon;
  readonly #watch: AddressWatch;
  readonly #frr: Frr;

  private constructor(lan: Lan, watch: AddressWatch, first: Side) {
    this.#lan = lan;
    this.#watch = watch;
    const priority = (side: Side): number => (side === first ? 150 : 100);
    const configuration = configurationOf({ ...ROUTER, priority: priority('tandemd') });
    const options = { configuration, flags: ['-P'] };
    this.#tandemd = new Daemon(lan.host('tandemd'), 'tandemd', options);
    this.#frr = new Frr(lan.host('frr'), { ...ROUTER, priority: priority('frr') });
  }

  static async create(first: Side): Promise<Pair> {
    const lan = await Lan.create([
      { name: 'tandemd', address: '10.30.9.1/24' },
      { name: 'frr', address: '10.30.9.2/24', prepare: PREPARE },
    ]);
    try {
      return new Pair(lan, await AddressWatch.start(lan.host('tandemd')), first);
    } catch (error) {
      await lan.destroy();
      throw error;
    }
  }

  async destroy(): Promise<void> {
    await this.#watch.stop();
    await this.#lan.destroy();
  }

  async start(side: Side): Promise<void> {
    if (side === 'frr') await this.#frr.start();
    else this.#tandemd.start();
  }

  async stop(side: Side): Promise<void> {
    if (side === 'tandemd') await this.checkPackets();
    await (side === 'frr' ? this.#frr : this.#tandemd).stop();
  }

  /** As a power failure would. */
  async kill(side: Side): Promise<void> {
    if (side === 'frr') return this.#frr.kill();
    await this.checkPackets();
    await this.#tandemd.kill();
    for (const address of Object.values(ROUTER.addresses).flat())
      await this.#lan.host(side).exec(['ip', 'addr', 'del', address, 'dev', 'eth0']);
  }

  /** Both families come to one side, and stay there. */
  async settle(what: string, master: Side, limitMs: number): Promise<void> {
    const isRight = async (): Promise<boolean> => {
      const ofFrr = await this.#frr.masterOf();
      const ofTandemd = FAMILIES.filter((family) =>
        ROUTER.addresses[family].every((each) => this.#watch.holds(each)),
      );
      const [all, none] = master === 'frr' ? [ofFrr, ofTandemd] : [ofTandemd, ofFrr];
      return all.length === FAMILIES.length && none.length === 0;
    };
    try {
      await waitUntil(what, isRight, { limitMs });
      await delay(WATCH_MS);
      assert.ok(await isRight(), `${what}: it did not stay so`);
    } catch (error) {
      const logs = [this.#tandemd.log(), this.#frrLog()].map((text) => text.slice(-3000));
      throw new Error(`${String(error)}\n${logs.join('\n')}`, { cause: error });
    }
  }

  async checkPackets(): Promise<void> {
    await noBadPacket(this.#lan.host('tandemd'), this.#tandemd);
    assert.doesNotMatch(this.#frrLog(), BAD_PACKET);
  }

  /** FRR would have said so: it says nothing of packets unless it is told to. */
  async tellsBadPackets(): Promise<void> {
    const { address } = this.#lan.host('tandemd');
    const advert = [address, String(ROUTER.id), '200', '10.30.9.100', 'wrong-checksum'];
    const words = [process.execPath, programPath('forged-advert-program'), ...advert];
    await this.#lan.host('tandemd').exec(words);
    const isTold = (): boolean => BAD_PACKET.test(this.#frrLog());
    await waitUntil('FRR to tell of a bad packet', isTold, { limitMs: 10_000 });
  }

  #frrLog(): string {
    return readFileSync(join(this.#lan.host('frr').folder, 'vrrpd.log'), 'utf8');
  }
}

function configurationOf({ id, priority, intervalMs, addresses }: VirtualRouter): string {
  const instance = (family: 4 | 6): string => `vrrp_instance V${family} {
  interface eth0
  virtual_router_id ${id}
  version 3
  priority ${priority}
  advert_int ${intervalMs / 1000}
  virtual_ipaddress {
    ${addresses[family].join('\n    ')}
  }
}
`;
  return instance(4) + instance(6);
}
