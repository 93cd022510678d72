// kernel: ipvs, no clock
// BFD_CHECK beside keepalived's: the same lines in the FIFO, scripts, mails and table, at each step.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import {
  collectNews,
  FifoReader,
  FileReader,
  MailReader,
  sorted,
} from '../notifications/listener.ts';

const implementations = ['keepalived', 'tandemd'] as const;
const PEER = '10.30.6.9';
/** A daemon that a busy machine lets wait for less than 5 s must not look dead. */
const MULTIPLIER = 50;
const RS = `[${PEER}]:tcp:80`;
const VS = '[10.30.6.100]:tcp:80';
/** The same server, down until it is known to be up. */
const ALPHA = '[10.30.6.101]:tcp:80';

void test('BFD_CHECK', async (context) => {
  const plans = implementations.map((name, i) => ({ name, address: `10.30.6.${i + 1}/24` }));
  const lan = await Lan.create([...plans, { name: 'peer', address: `${PEER}/24` }]);
  const peer = new Daemon(lan.host('peer'), 'keepalived', {
    configuration: plans.map((_, i) => session(`box${i}`, PEER, `10.30.6.${i + 1}`)).join('\n'),
  });
  try {
    const boxes = await Promise.all(
      implementations.map((each) => Checked.start(lan.host(each), each)),
    );
    const step = (what: string, state: 'UP' | 'DOWN', more: Partial<Told> = {}): Promise<unknown> =>
      context.test(what, async () => {
        await Promise.all(boxes.map((box) => box.hears(state, more)));
      });
    await step('down until the first word', 'DOWN', {
      fifo: [`RS ${RS} ${VS} DOWN`, `VS ${VS} UP`, `VS ${VS} DOWN`, `RS ${RS} ${ALPHA} DOWN`],
      notify: ['notify_down', 'notify_down alpha'],
      mails: [
        ...mailsOf('DOWN'),
        `[box] Virtualserver ${VS} - UP => Starting with quorum up 1+0=1 <= 1 <=`,
      ],
    });
    peer.start();
    await step('up with its session', 'UP');
    await Promise.all(boxes.map((box) => box.daemon.reloaded()));
    await peer.kill();
    await step('down with its session, after a reload that changes nothing', 'DOWN');
    await Promise.all(boxes.map((box) => box.daemon.stop()));
  } finally {
    await lan.destroy();
  }
});

/** What is told of a change. */
interface Told {
  readonly fifo: readonly string[];
  readonly notify: readonly string[];
  readonly mails: readonly string[];
}

/** A box with a real server that it checks by its session. */
class Checked {
  readonly daemon: Daemon;
  readonly #host: Host;
  readonly #sources: Readonly<Record<keyof Told, { news(): string[] }>>;

  private constructor(host: Host, implementation: Implementation, sink: MailSink) {
    const path = (name: string): string => join(host.folder, name);
    writeFileSync(path('notify'), `#!/bin/sh\necho "$*" >>'${path('notify.log')}'\n`);
    chmodSync(path('notify'), 0o755);
    this.#host = host;
    this.daemon = new Daemon(host, implementation, { configuration: configurationOf(host) });
    this.#sources = {
      fifo: new FifoReader(path('fifo')),
      notify: new FileReader(path('notify.log')),
      mails: new MailReader(sink),
    };
  }

  static async start(host: Host, implementation: Implementation): Promise<Checked> {
    const box = new Checked(host, implementation, await MailSink.start(host));
    box.daemon.start();
    await box.daemon.ready();
    return box;
  }

  /** The real server has come up, or gone down, and everybody is told so. */
  async hears(state: 'UP' | 'DOWN', more: Partial<Told>): Promise<void> {
    const expected = sorted<keyof Told>({
      fifo: [VS, ALPHA].flatMap((vs) => [`RS ${RS} ${vs} ${state}`, `VS ${vs} ${state}`]),
      notify: [`notify_${state.toLowerCase()}`, `notify_${state.toLowerCase()} alpha`],
      mails: [VS, ALPHA].flatMap((vs) => mailsOf(state, vs)),
      ...more,
    });
    assert.deepEqual(await collectNews(this.#sources, expected), expected, this.daemon.log());
    const destinations = (await table(this.#host)).flatMap((each) => each.destinations);
    assert.equal(destinations.length, state === 'UP' ? 2 : 0);
  }
}

function mailsOf(state: 'UP' | 'DOWN', service = VS): string[] {
  const quorum = state === 'UP' ? '=> Gained quorum 1+0=1 <= 1 <=' : '=> Lost quorum 1+0=1 <= 0 <=';
  const word = state === 'UP' ? 'succeeded' : 'failed';
  return [
    `[box] Realserver ${RS} of virtual server ${service} - ${state} => BFD CHECK peer ${word} on service <=`,
    `[box] Virtualserver ${service} - ${state} ${quorum}`,
  ];
}

function session(name: string, own: string, other: string): string {
  return `bfd_instance ${name} {
  source_ip ${own}
  neighbor_ip ${other}
  min_rx 100
  min_tx 100
  multiplier ${MULTIPLIER}
}`;
}

function configurationOf({ folder, address }: Host): string {
  const service = (own: string, alpha = ''): string => {
    const script = (word: string): string =>
      `${word} "${join(folder, 'notify')} ${`${word} ${alpha}`.trimEnd()}"`;
    return `virtual_server ${own} 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  ${alpha}
  real_server ${PEER} 80 {
    ${script('notify_up')}
    ${script('notify_down')}
    BFD_CHECK {
      name peer
    }
  }
}`;
  };
  return `global_defs {
  router_id box
  lvs_notify_fifo ${join(folder, 'fifo')}
  smtp_server 127.0.0.1 25
  notification_email {
    admin@example.org
  }
  notification_email_from box@example.org
  smtp_alert
}
${session('peer', address, PEER)}
${service('10.30.6.100')}
${service('10.30.6.101', 'alpha')}
`;
}
