/** The ipvs process: its surroundings, wired to what it does. Started by the supervisor only. */
import { execFile } from 'node:child_process';
import type { GlobalSettings } from '@tandem/config';
import { Prober } from '@tandem/checkers';
import { IpvsClient } from '@tandem/ipvs-netlink';
import { LoopTimer } from '@tandem/raw-socket';
import { leaveSignalsToSupervisor } from './child-signals.ts';
import { farewell } from './farewell.ts';
import type { FromChild } from './ipc.ts';
import { evenChance } from './ipvs/even-chance.ts';
import { IpvsProcess } from './ipvs/ipvs-process.ts';
import { watchLocalAddresses } from './ipvs/local-addresses.ts';
import { rescheduleReusedPorts } from './ipvs/reused-ports.ts';
import { inNamespace } from './network-namespace.ts';
import { Outbox } from './outbox.ts';
import { runAs, runAside } from './process-settings.ts';
import { answerPings } from './pulse.ts';
import { SettingsReceiver, type SentToChild } from './settings-transport.ts';
import { systemClock } from './system-clock.ts';

/**
 * The first before the kernel has other timeouts: a successor must know what to put back. The others
 * do not wait for the report that follows, which of thousands of services is long.
 */
const PRESSING = ['timeouts-change', 'ready', 'reloaded'] as const;

/** Messages to a supervisor that is gone are dropped. */
const outbox = new Outbox((messages) => {
  if (process.connected) process.send?.(messages, undefined, undefined, () => undefined);
}, PRESSING);
process.on('exit', () => outbox.flush());

const child = new IpvsProcess({
  clock: systemClock,
  epochMs: () => Date.now(),
  random: evenChance(Math.random()),
  prober: new Prober(systemClock, (wake) => LoopTimer.open(wake)),
  open,
  openStage: () => inNamespace(namespace, () => IpvsClient.open()),
  loadModule,
  watchAddresses: (changed, failed) => watchLocalAddresses(changed, failed, buffers),
  send,
});

/** Of the table. */
let namespace: string | undefined;
let buffers: GlobalSettings['netlinkBuffers'];

async function open(): Promise<IpvsClient> {
  const client = await inNamespace(namespace, () => IpvsClient.open());
  inNamespace(namespace, () =>
    rescheduleReusedPorts((level, text) => send({ type: 'log', level, text })),
  );
  return client;
}

/** Where there is no modprobe, or no right to use it, the kernel stays as it is. */
async function loadModule(): Promise<void> {
  return new Promise((resolve) => {
    execFile('modprobe', ['ip_vs'], { timeout: 10_000 }, () => resolve());
  });
}

function send(message: FromChild): void {
  outbox.add(message);
}

function warn(text: string): void {
  send({ type: 'log', level: 'warning', text });
}

async function leave(): Promise<void> {
  await child.stop();
  outbox.flush();
  await farewell({ type: 'stopped' });
  process.exit(0);
}

const settings = new SettingsReceiver();
process.on('message', (sent: SentToChild) => {
  const message = settings.decode(sent);
  if ('settings' in message) {
    const { vrrpInstances, global } = message.settings;
    const { checkerProcess, place, netlinkBuffers } = global;
    buffers = netlinkBuffers;
    namespace = place.ipvsNamespace;
    runAs(checkerProcess, warn);
    runAside(checkerProcess, vrrpInstances.length > 0 ? global.vrrpProcess : undefined);
  }
  void (message.type === 'stop' ? leave() : child.receive(message));
  if (message.type === 'start') answerPings();
});
process.on('disconnect', () => void leave());
process.on('SIGTERM', () => void leave());
leaveSignalsToSupervisor();
