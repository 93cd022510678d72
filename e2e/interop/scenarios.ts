/** What is played, as data: each scenario on a LAN of its own, with boxes numbered from 1. */

/** What happens to a box, or to the LAN. */
export type Action =
  | { readonly do: 'start' | 'stop' | 'kill'; readonly box: number }
  /** The interface of the box itself, or the other end of its cable. */
  | { readonly do: 'link-down' | 'link-up' | 'unplug' | 'plug'; readonly box: number }
  /** With another priority, if there is one. */
  | { readonly do: 'reload'; readonly box: number; readonly priority?: number }
  /** No box hears another any more; all do again. */
  | { readonly do: 'cut' | 'heal' };

/** Actions at the same time, and what they lead to. */
export interface Step {
  readonly what: string;
  readonly actions: readonly Action[];
  /** Which boxes hold the addresses then, and alone send adverts: one, unless the LAN is cut. */
  readonly masters: readonly number[];
  /** Adverts that must be missed before, beside a skew time; absent: nothing may change at all. */
  readonly adverts?: number;
  /** What must pass beside that, ms; the change may not come before. */
  readonly delayMs?: number;
}

/** A scenario; all boxes have the same configuration but for the priority. */
export interface Scenario {
  readonly name: string;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  /** advert_int, s. */
  readonly interval: number;
  /** One for each box. */
  readonly priorities: readonly number[];
  /** Of all boxes, and the MAC addresses that they send from; adverts without: that of eth0. */
  readonly virtualInterface?: {
    readonly name: string;
    readonly adverts: string | undefined;
    readonly announcements: string;
  };
  /** More lines of the instance. */
  readonly lines?: readonly string[];
  readonly steps: readonly Step[];
}

const start = (box: number): Action => ({ do: 'start', box });
const stop = (box: number): Action => ({ do: 'stop', box });
const kill = (box: number): Action => ({ do: 'kill', box });

const BOTH_START: Step = {
  what: 'both start: the higher priority wins',
  actions: [start(1), start(2)],
  masters: [1],
  adverts: 3,
};

/** What any pair must be able to do. */
const LIFE: readonly Step[] = [
  BOTH_START,
  { what: 'the master stops', actions: [stop(1)], masters: [2], adverts: 0 },
  { what: 'it comes back', actions: [start(1)], masters: [1], adverts: 3 },
  { what: 'it is killed', actions: [kill(1)], masters: [2], adverts: 3 },
];

const BACKUP_FIRST: readonly Step[] = [
  { what: 'the lower priority starts alone', actions: [start(2)], masters: [2], adverts: 3 },
];

/** Faster than version 2 can be. */
const QUICK = { version: 3, family: 4, interval: 0.4, priorities: [150, 100] } as const;
const SLOW = { version: 2, family: 4, interval: 1, priorities: [150, 100] } as const;

/** A link that goes down and comes up again, of the master and of the backup. */
function linkSteps(down: 'link-down' | 'unplug', up: 'link-up' | 'plug'): readonly Step[] {
  return [
    BOTH_START,
    { what: 'the master loses it', actions: [{ do: down, box: 1 }], masters: [2], adverts: 3 },
    { what: 'it is back', actions: [{ do: up, box: 1 }], masters: [1], adverts: 3 },
    { what: 'the backup loses it', actions: [{ do: down, box: 2 }], masters: [1] },
    { what: 'it is back there', actions: [{ do: up, box: 2 }], masters: [1] },
    { what: 'and the backup can take over', actions: [stop(1)], masters: [2], adverts: 0 },
  ];
}

/** From where all is sent. */
function vmac(address: string, name = 'vrrp.51'): NonNullable<Scenario['virtualInterface']> {
  return { name, adverts: address, announcements: address };
}

const PREEMPT_DELAY_MS = 2000;

/** Each is played in all orders of the daemons. */
export const SCENARIOS: readonly Scenario[] = [
  {
    ...SLOW,
    name: 'v2 PASS',
    lines: ['authentication {', 'auth_type PASS', 'auth_pass secret', '}'],
    steps: LIFE,
  },
  {
    ...SLOW,
    name: 'v2 AH',
    lines: ['authentication {', 'auth_type AH', 'auth_pass secret', '}'],
    steps: LIFE,
  },
  { ...SLOW, name: 'v2 over IPv6', family: 6, steps: LIFE },
  { ...QUICK, name: 'v3 IPv4', steps: LIFE },
  { ...QUICK, name: 'v3 IPv6, link-local address first', family: 6, steps: LIFE },
  {
    ...QUICK,
    name: 'preempt',
    steps: [
      ...BACKUP_FIRST,
      { what: 'the higher one starts', actions: [start(1)], masters: [1], adverts: 3 },
      { what: 'the lower one stops', actions: [stop(2)], masters: [1] },
      { what: 'it starts again', actions: [start(2)], masters: [1] },
    ],
  },
  {
    ...QUICK,
    name: 'nopreempt',
    lines: ['nopreempt'],
    steps: [
      ...BACKUP_FIRST,
      { what: 'the higher one starts', actions: [start(1)], masters: [2] },
      { what: 'the lower one stops', actions: [stop(2)], masters: [1], adverts: 0 },
      { what: 'it starts again', actions: [start(2)], masters: [1] },
      { what: 'the higher one is killed', actions: [kill(1)], masters: [2], adverts: 3 },
    ],
  },
  {
    ...QUICK,
    name: 'preempt_delay',
    lines: [`preempt_delay ${PREEMPT_DELAY_MS / 1000}`],
    steps: [
      ...BACKUP_FIRST,
      {
        what: 'the higher one starts, and waits',
        actions: [start(1)],
        masters: [1],
        adverts: 3,
        delayMs: PREEMPT_DELAY_MS,
      },
      { what: 'it stops', actions: [stop(1)], masters: [2], adverts: 0 },
    ],
  },
  {
    ...SLOW,
    name: 'vmac, v2',
    virtualInterface: vmac('00:00:5e:00:01:33'),
    lines: ['use_vmac'],
    steps: LIFE,
  },
  {
    ...QUICK,
    name: 'vmac, v3, interface down and up',
    virtualInterface: vmac('00:00:5e:00:01:33'),
    lines: ['use_vmac'],
    steps: linkSteps('link-down', 'link-up'),
  },
  {
    ...QUICK,
    name: 'vmac, IPv6',
    family: 6,
    virtualInterface: vmac('00:00:5e:00:02:33'),
    lines: ['use_vmac'],
    steps: LIFE,
  },
  {
    ...QUICK,
    name: 'vmac with a MAC address of its own, adverts by the interface below',
    virtualInterface: { ...vmac('02:00:00:00:01:33', 'own0'), adverts: undefined },
    lines: ['use_vmac own0 02:00:00:00:01', 'vmac_xmit_base'],
    steps: LIFE,
  },
  { ...QUICK, name: 'interface down and up', steps: linkSteps('link-down', 'link-up') },
  { ...QUICK, name: 'cable out and in', steps: linkSteps('unplug', 'plug') },
  {
    ...QUICK,
    name: 'interface down and up, IPv6',
    family: 6,
    steps: linkSteps('link-down', 'link-up'),
  },
  {
    ...QUICK,
    name: 'owner',
    priorities: [255, 100],
    lines: ['state MASTER'],
    steps: [
      ...BACKUP_FIRST,
      { what: 'the owner starts', actions: [start(1)], masters: [1], adverts: 0 },
      { what: 'the owner stops', actions: [stop(1)], masters: [2], adverts: 0 },
      { what: 'it starts again', actions: [start(1)], masters: [1], adverts: 0 },
      { what: 'it is killed', actions: [kill(1)], masters: [2], adverts: 3 },
    ],
  },
  {
    ...QUICK,
    name: 'equal priority',
    priorities: [100, 100],
    steps: [
      { what: 'one starts', actions: [start(1)], masters: [1], adverts: 3 },
      { what: 'the higher address comes, and obeys', actions: [start(2)], masters: [1] },
      {
        what: 'they do not hear each other',
        actions: [{ do: 'cut' }],
        masters: [1, 2],
        adverts: 3,
      },
      {
        what: 'they do again: the higher address wins',
        actions: [{ do: 'heal' }],
        masters: [2],
        adverts: 1,
      },
    ],
  },
  {
    ...QUICK,
    name: 'cut and healed',
    steps: [
      BOTH_START,
      { what: 'cut', actions: [{ do: 'cut' }], masters: [1, 2], adverts: 3 },
      { what: 'healed', actions: [{ do: 'heal' }], masters: [1], adverts: 1 },
    ],
  },
  {
    ...QUICK,
    name: 'reload',
    steps: [
      BOTH_START,
      { what: 'the master reloads', actions: [{ do: 'reload', box: 1 }], masters: [1] },
      { what: 'the backup reloads', actions: [{ do: 'reload', box: 2 }], masters: [1] },
      {
        what: 'both reload at the same time',
        actions: [
          { do: 'reload', box: 1 },
          { do: 'reload', box: 2 },
        ],
        masters: [1],
      },
      {
        what: 'the master becomes the lower one',
        actions: [{ do: 'reload', box: 1, priority: 50 }],
        masters: [2],
        adverts: 3,
      },
      {
        what: 'it becomes the higher one again',
        actions: [{ do: 'reload', box: 1, priority: 150 }],
        masters: [1],
        adverts: 3,
      },
      {
        what: 'the master stops while the backup reloads',
        actions: [{ do: 'reload', box: 2 }, stop(1)],
        masters: [2],
        adverts: 3,
      },
      {
        what: 'the other one starts while the master reloads',
        actions: [start(1), { do: 'reload', box: 2 }],
        masters: [1],
        adverts: 3,
      },
    ],
  },
  {
    ...QUICK,
    name: 'three boxes',
    priorities: [150, 100, 50],
    steps: [
      { ...BOTH_START, what: 'all start', actions: [start(1), start(2), start(3)] },
      { what: 'the first stops', actions: [stop(1)], masters: [2], adverts: 0 },
      { what: 'the second is killed', actions: [kill(2)], masters: [3], adverts: 3 },
      { what: 'both come back', actions: [start(2), start(1)], masters: [1], adverts: 3 },
      { what: 'all are cut off', actions: [{ do: 'cut' }], masters: [1, 2, 3], adverts: 3 },
      { what: 'and together again', actions: [{ do: 'heal' }], masters: [1], adverts: 1 },
    ],
  },
];
