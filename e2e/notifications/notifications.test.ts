// kernel: any
// Beside keepalived: the same events give the same lines in FIFOs, the same for their scripts, the
// same arguments of notify scripts, and the same mails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Implementation } from '../lib/daemon.ts';
import { waitUntil } from '../lib/wait.ts';
import { NotifyingBox, type BoxNews } from './box.ts';
import { FIRST_PRIORITY, INSTANCES } from './configuration.ts';
import { sorted } from './listener.ts';

/** Something that happens to a box, and what it tells of it. */
interface Event {
  readonly name: string;
  readonly cause: (box: NotifyingBox) => void | Promise<void>;
  /** In FIFOs. */
  readonly lines: readonly string[];
  /** Notify scripts of one state only, and whose they are. */
  readonly scripts?: readonly string[];
}

/** What generic scripts are told, too; S2 has none. */
const GENERIC = /^(?:INSTANCE "(?!S2)|GROUP ").* (?:MASTER|BACKUP|FAULT|STOP|DELETED) \d+$/;

const EVENTS: readonly Event[] = [
  {
    name: 'a start, and taking over from nobody',
    cause: (box) => box.daemon.start(),
    lines: [...all('BACKUP', FIRST_PRIORITY), ...all('MASTER', FIRST_PRIORITY)],
    scripts: ['notify_backup ONE', 'notify_backup G', 'notify_master ONE', 'notify_master G'],
  },
  {
    name: 'another priority as MASTER, and a script that fails',
    cause(box) {
      box.check(false);
      box.track(5);
    },
    lines: ['INSTANCE "ONE" MASTER_PRIORITY 155', 'INSTANCE "CHECK" FAULT 157'],
  },
  {
    name: 'an advert of lower priority',
    cause: (box) => box.forge(50),
    lines: ['INSTANCE "ONE" MASTER_RX_LOWER_PRI 155'],
    scripts: ['notify_master_rx_lower_pri ONE'],
  },
  {
    name: 'an advert of higher priority, and silence; and a script that succeeds',
    async cause(box) {
      box.check(true);
      await box.forge(200);
    },
    lines: [
      'INSTANCE "ONE" BACKUP 155',
      'INSTANCE "ONE" MASTER 155',
      'INSTANCE "CHECK" BACKUP 157',
      'INSTANCE "CHECK" MASTER 157',
    ],
    scripts: ['notify_backup ONE', 'notify_master ONE'],
  },
  {
    name: 'a fault of one member of a sync group',
    cause: (box) => box.hold(true),
    lines: ofGroup('FAULT'),
    scripts: ['notify_fault G'],
  },
  {
    name: 'the end of it, and taking over again',
    cause: (box) => box.hold(false),
    lines: [...ofGroup('BACKUP'), ...ofGroup('MASTER')],
    scripts: ['notify_backup G', 'notify_master G'],
  },
  {
    name: 'an interface that goes down',
    cause: (box) => box.setLink('down'),
    lines: all('FAULT', 155),
    scripts: ['notify_fault ONE', 'notify_fault G', 'notify_fault GONE', 'notify_fault LEFT'],
  },
  {
    name: 'another priority in FAULT',
    cause: (box) => box.track(7),
    lines: ['INSTANCE "ONE" BACKUP_PRIORITY 157'],
  },
  {
    name: 'an interface that comes up, and taking over again',
    cause: (box) => box.setLink('up'),
    lines: [...all('BACKUP', 157), ...all('MASTER', 157)],
    scripts: ['notify_backup ONE', 'notify_backup G', 'notify_master ONE', 'notify_master G'],
  },
  {
    name: 'the first priority again',
    cause: (box) => box.track(0),
    lines: ['INSTANCE "ONE" MASTER_PRIORITY 150'],
  },
  {
    name: 'a reload without two of the instances',
    cause: (box) => box.reload(),
    lines: ['INSTANCE "GONE" DELETED 153', 'INSTANCE "LEFT" FAULT 154'],
    scripts: ['notify_deleted GONE'],
  },
];

const STOP: Event = {
  name: 'a stop',
  cause: (box) => box.daemon.stop(),
  lines: all('STOP', FIRST_PRIORITY).filter((line) => !/GONE|LEFT/.test(line)),
  scripts: ['notify_stop ONE', 'notify_stop G'],
};

void test('notifications', { concurrency: true }, async (context) => {
  const implementations = ['keepalived', 'tandemd'] as const;
  await Promise.all(implementations.map((each) => context.test(each, () => play(each))));
});

async function play(implementation: Implementation): Promise<void> {
  const box = await NotifyingBox.create(implementation);
  try {
    for (const event of EVENTS) {
      const inode = box.fifo.inode;
      await event.cause(box);
      const expected = newsOf(event);
      assert.deepEqual(await box.news(expected), expected, `${event.name}\n${box.daemon.log()}`);
      assert.deepEqual(box.fifos(), [true, true, false], 'nobody tells of servers');
      if (implementation === 'tandemd' && inode !== 0)
        assert.equal(box.fifo.inode, inode, 'it is the same one, after a reload too');
    }
    const before = box.mails.connections();
    await STOP.cause(box);
    // Its script has been told to end before; keepalived ends when it has connected for its mails.
    const news = { ...newsOf(STOP), script: [] };
    const expected = implementation === 'tandemd' ? news : { ...news, mail: [] };
    const { fifo, notify, mail } = await box.news(expected);
    assert.deepEqual({ fifo, notify, script: [], mail }, expected, box.daemon.log());
    // What comes late or too much shows in the comparison.
    const opened = (): number => box.mails.connections() - before;
    const areAll = (): boolean => opened() >= news.mail.length;
    await waitUntil('a connection for each mail', areAll, { limitMs: 10_000 }).catch(() => {});
    assert.equal(opened(), news.mail.length, JSON.stringify(news.mail));
    const gone = (): boolean => !box.fifos().includes(true);
    await waitUntil('FIFOs are removed', gone, { limitMs: 1000 });
  } finally {
    await box.destroy();
  }
}

/** All instances, and then their group. @param priority - of ONE */
function all(state: string, priority: number): string[] {
  const priorityOf = (i: number): number => (i === 0 ? priority : FIRST_PRIORITY + i);
  const lines = INSTANCES.map((name, i) => `INSTANCE "${name}" ${state} ${priorityOf(i)}`);
  return [...lines, `GROUP "G" ${state} 0`];
}

/** The members of the sync group, and then itself. */
function ofGroup(state: string): string[] {
  return all(state, 155).filter((line) => /"(?:S1|S2|G)"/.test(line));
}

function newsOf({ lines, scripts = [] }: Event): BoxNews {
  const generic = lines
    .filter((line) => GENERIC.test(line))
    .map((line) => line.replaceAll('"', ''))
    .map((line) => `notify ${line.split(' ')[1] ?? ''} ${line}`);
  const mail = lines.flatMap((line) => mailOf(line) ?? []);
  return sorted({ fifo: lines, script: lines, notify: [...scripts, ...generic], mail });
}

const MAIL_ENDS: Readonly<Partial<Record<string, string>>> = {
  MASTER: 'Entering MASTER state => VRRP Instance is now owning VRRP VIPs <=',
  BACKUP: 'Entering BACKUP state => VRRP Instance is no longer owning VRRP VIPs <=',
  FAULT: 'Entering FAULT state => VRRP Instance is no longer owning VRRP VIPs <=',
  STOP: 'Stopping => VRRP Instance stopping <=',
  DELETED: 'Deleted => VRRP Deleted at reload <=',
};

/** @returns the mail that goes with a line of a FIFO */
function mailOf(line: string): string | undefined {
  const [kind, quoted = '', state = ''] = line.split(' ');
  const name = quoted.replaceAll('"', '');
  const end = MAIL_ENDS[state];
  if (end === undefined || name === 'S2') return undefined;
  if (kind === 'INSTANCE') return `[box] VRRP Instance ${name} - ${end}`;
  const [what, are] =
    state === 'STOP' ? ['Stopping', 'stopping'] : [`Entering ${state} state`, `in ${state} state`];
  return `[box] VRRP Group ${name} - ${what} => All VRRP group instances are now ${are} <=`;
}
