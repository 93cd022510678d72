// kernel: ipvs, no clock
// BFD_CHECK with Debian's BIRD at the other end, beside keepalived's: table, log lines, lines of the
// FIFO, scripts and mails are the same at each step.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { globalsOf, tellingScript, Witness, type Told } from '../checkers/witness.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { waitUntil } from '../lib/wait.ts';
import { Bird } from './bird.ts';

const NAMES: readonly Implementation[] = ['tandemd', 'keepalived'];
const PEER = '10.30.6.9';
const WEIGHT = 10;
/** A daemon that a busy machine lets wait for less than 6 s must not look dead. */
const PACE = { intervalMs: 300, multiplier: 20 };
/** Only what does not come at all meets it. */
const LIMIT_MS = 120_000;

/** By address: lines, and the weights of the real server while its session is up and down. */
const SERVICES = {
  '10.30.6.100': { lines: 'alpha', up: [WEIGHT], down: [] },
  '10.30.6.101': { lines: 'alpha\ninhibit_on_failure', up: [WEIGHT], down: [0] },
} as const;
const ADDRESSES = Object.keys(SERVICES);

type State = 'up' | 'down';

void test('BFD_CHECK of BIRD', async (context) => {
  const plans = NAMES.map((name, i) => ({ name, address: `10.30.6.${i + 1}/24` }));
  const lan = await Lan.create([...plans, { name: 'peer', address: `${PEER}/24` }]);
  context.after(() => lan.destroy());
  const ends = NAMES.map((name) => [PEER, lan.host(name).address] as const);
  const bird = new Bird(lan.host('peer'), { ...PACE, ends });
  const boxes = await Promise.all(NAMES.map((name) => Box.prepare(lan.host(name), name)));
  const step = (what: string, state: State, act: () => void | Promise<void>): Promise<void> =>
    context.test(what, async () => {
      await act();
      for (const box of boxes) await box.settled(state);
    });
  await step('down until there is a word of it', 'down', () => {
    for (const { daemon } of boxes) daemon.start();
  });
  await step('up with the session', 'up', () => bird.start());
  await step('down when BIRD stands still', 'down', () => bird.signal('SIGSTOP'));
  await step('up when it goes on', 'up', () => bird.signal('SIGCONT'));
  await step('down when it is told to end its sessions', 'down', () =>
    bird.tell('disable', 'bfd1'),
  );
  await step('up when it has them again', 'up', () => bird.tell('enable', 'bfd1'));
  await step('down when it dies', 'down', () => bird.kill());
  await step('up when it is back', 'up', () => bird.start());
  for (const [i, address] of ADDRESSES.entries()) {
    await context.test(`all that is told of ${address}`, () => {
      const [ours, theirs] = boxes.map((box) => box.told()[i]);
      assert.deepEqual(ours, theirs);
    });
  }
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

/** A director that checks one real server by its session. */
class Box {
  readonly daemon: Daemon;
  readonly #host: Host;
  readonly #witness: Witness;

  private constructor(host: Host, implementation: Implementation, mails: MailSink) {
    this.#host = host;
    this.daemon = new Daemon(host, implementation, { configuration: configurationOf(host) });
    this.#witness = new Witness(host, this.daemon, mails);
  }

  static async prepare(host: Host, implementation: Implementation): Promise<Box> {
    return new Box(host, implementation, await MailSink.start(host));
  }

  told(): readonly Told[] {
    return this.#witness.told(ADDRESSES);
  }

  async settled(state: State): Promise<void> {
    const seen = waitUntil(`session ${state}`, () => this.#is(state), { limitMs: LIMIT_MS });
    await seen.catch(async (error: unknown) => {
      const services = JSON.stringify(await table(this.#host));
      throw new Error(`${services}\n${this.daemon.log()}`, { cause: error });
    });
  }

  async #is(state: State): Promise<boolean> {
    if (!this.told().every((each) => isComplete(each, state))) return false;
    const services = await table(this.#host);
    return Object.entries(SERVICES).every(([address, each]) => {
      const service = services.find((one) => one.service.includes(` ${address}:80 `));
      return String(service?.destinations.map(({ weight }) => weight)) === String(each[state]);
    });
  }
}

/** A line, a script and a mail for each server and service; with alpha the first loss is no mail. */
function isComplete({ fifo, notify, mails, log }: Told, state: State): boolean {
  const last = fifo.length === 1 || fifo.at(-1)?.startsWith('VS ');
  return (
    last === true &&
    fifo.at(-1)?.endsWith(state.toUpperCase()) === true &&
    notify.length === fifo.length &&
    [mails, log].every(({ length }) => length === fifo.length - 1)
  );
}

function configurationOf({ folder, address }: Host): string {
  const services = Object.entries(SERVICES).map(([service, { lines }]) => {
    const script = (keyword: string, who: string): string =>
      tellingScript(folder, keyword, `${service} ${who}`);
    return `virtual_server ${service} 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  smtp_alert
  ${lines}
  ${script('quorum_up', 'service')}
  ${script('quorum_down', 'service')}
  real_server ${PEER} 80 {
    weight ${WEIGHT}
    ${script('notify_up', 'server')}
    ${script('notify_down', 'server')}
    BFD_CHECK {
      name peer
    }
  }
}`;
  });
  return `${globalsOf(folder)}
bfd_instance peer {
  source_ip ${address}
  neighbor_ip ${PEER}
  min_rx ${PACE.intervalMs}
  min_tx ${PACE.intervalMs}
  multiplier ${PACE.multiplier}
}
${services.join('\n')}
`;
}
