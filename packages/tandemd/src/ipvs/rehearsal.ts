/** What runs when a real server has failed must not be compiled only then. */
import type { Deadline } from '@tandem/checkers';
import {
  startVirtualServer,
  type CheckSettings,
  type Page,
  type ProbeResult,
  type VirtualServerSettings,
} from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { ServiceKey, TableChange } from '@tandem/ipvs';
import { between, ManualClock, ZERO } from '@tandem/time';
import { TableKeeper, type Kernel } from './table-keeper.ts';
import { VirtualServerDriver } from './virtual-server-driver.ts';

/** The real kernel, which is asked for things that it cannot do. */
export type Stage = Pick<Kernel, 'apply' | 'close'>;

/** IPVS balances no such protocol: there is no service like this, and never will be. */
const NOWHERE: ServiceKey = {
  kind: 'address',
  protocol: 255,
  address: '0.0.0.0' as IpAddress,
  port: 0,
};

/** After as many V8 has compiled, more or less, all that it will. */
const ROUNDS = 40;
/** Of each round: out of the table, and in again. */
const FAILURES = 8;
/** Each round takes a few milliseconds, which others may need. */
const PAUSE_MS = 20;

const PAGE: Page = { statusCode: 200, digest: '', bodyBytes: 0, contentLength: undefined };
/** Of a server of HTTP, one success is not enough. */
const GOOD: readonly ProbeResult[] = [
  { ok: true, page: PAGE },
  { ok: true, page: PAGE },
];
const BROKEN_PAGE: ProbeResult = { ok: true, page: { ...PAGE, statusCode: 503 } };
const NO_ANSWER: ProbeResult = { ok: false, reason: 'refused', detail: 'Connection refused' };

const nothing = (): void => {};
const done = (): Promise<void> => Promise.resolve();

/** A virtual server with one real server that has one checker. */
interface Player {
  readonly settings: VirtualServerSettings;
  readonly check: CheckSettings;
}

/** What a rehearsal is of. */
export interface Play {
  /** As configured; one checker of each type plays. */
  readonly virtualServers: readonly VirtualServerSettings[];
  /** Whether to stop. */
  readonly isOver: () => boolean;
}

/**
 * Plays failures of real servers with all their code from the result of a check to the request to
 * the kernel: V8 compiles a function when it is first called, and well only when it has been called
 * often, which made the first change of the table milliseconds late.
 * @param play - who plays, and for how long
 * @param openStage - rejects where the kernel has no IPVS
 * @returns when it is over; nothing has changed then
 */
export async function rehearse(
  { virtualServers, isOver }: Play,
  openStage: () => Promise<Stage>,
): Promise<void> {
  const cast = castOf(virtualServers);
  if (cast.length === 0) return;
  const stage = await openStage().catch(nothing);
  if (stage === undefined) return;
  for (let round = 0; round < ROUNDS && !isOver(); round += 1) {
    for (const player of cast) await failAndRecover(player, stage);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, PAUSE_MS).unref();
    });
  }
  stage.close();
}

function castOf(virtualServers: readonly VirtualServerSettings[]): readonly Player[] {
  const cast = new Map<CheckSettings['type'], Player>();
  for (const virtualServer of virtualServers)
    for (const realServer of virtualServer.realServers)
      for (const each of realServer.checks) {
        if (cast.has(each.type)) continue;
        const plain = { ...each, retry: 0, warmup: ZERO };
        const check =
          'urls' in plain ? { ...plain, urls: [{ path: '/', statusCodes: [] }] } : plain;
        const { members: _members, ...alone } = virtualServer;
        const { address, port } = realServer;
        const settings: VirtualServerSettings = {
          ...alone,
          // A group may be of many thousands of addresses.
          key: { kind: 'address', protocol: 'TCP', address, port },
          realServers: [{ ...realServer, checks: [check] }],
        };
        cast.set(each.type, { settings, check });
      }
  return [...cast.values()];
}

async function failAndRecover({ settings, check }: Player, stage: Stage): Promise<void> {
  const clock = new ManualClock();
  let due: (Deadline & { readonly run: () => void }) | undefined;
  let result: ProbeResult = NO_ANSWER;
  const keeper = new TableKeeper({
    wanted: () => ({
      services: driver.table.services,
      daemons: undefined,
      timeouts: undefined,
    }),
    open: async () => kernelOn(stage),
    loadModule: done,
    clock,
    log: nothing,
    problemsChanged: nothing,
    looked: nothing,
    timeoutsChanged: nothing,
  });
  const options = { noCheckerEmails: false, rsInitNotifies: false };
  const driver = new VirtualServerDriver(
    startVirtualServer(settings, options).state,
    {
      deadlines: {
        now: () => clock.now(),
        at: (at, run) => (due = { at, run }),
        cancel: nothing,
      },
      runProbe: async () => result,
      shortage: { note: nothing },
      random: () => 0,
      options,
      perform: ({ type }) => {
        if (type === 'table-changed') keeper.tableChanged();
      },
    },
    () => undefined,
  );
  keeper.wantedChanged();
  await keeper.settled();
  const bad = 'urls' in check ? BROKEN_PAGE : NO_ANSWER;
  for (let failure = 0; failure < FAILURES; failure += 1)
    for (result of [bad, ...GOOD]) {
      if (due !== undefined) clock.advance(between(clock.now(), due.at));
      due?.run();
      await new Promise((resolve) => setImmediate(resolve));
      await keeper.settled();
    }
  driver.stop();
  await keeper.close('leave');
}

/** As if the kernel had done what it is asked for. */
function kernelOn(stage: Stage): Kernel {
  return {
    apply: async (changes) => {
      await stage.apply(changes.flatMap(elsewhere));
      return changes.map(() => undefined);
    },
    services: async () => [],
    daemons: async () => [],
    service: () => Promise.reject(new Error('not on stage')),
    outline: () => Promise.reject(new Error('not on stage')),
    timeouts: () => Promise.reject(new Error('not on stage')),
    setTimeouts: done,
    startDaemon: done,
    stopDaemon: done,
    flush: done,
    close: nothing,
  };
}

/** What it asks for of destinations, of a service that is not there. */
function elsewhere(change: TableChange): TableChange | readonly TableChange[] {
  return 'service' in change ? [] : { ...change, key: NOWHERE };
}
