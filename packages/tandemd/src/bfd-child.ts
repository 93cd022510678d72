/** The bfd process: its surroundings, wired to what it does. Started by the supervisor only. */
import { Alarm } from '@tandem/raw-socket';
import { BfdProcess } from './bfd/bfd-process.ts';
import { openReceiver, openSender } from './bfd/bfd-sockets.ts';
import { leaveSignalsToSupervisor } from './child-signals.ts';
import { farewell } from './farewell.ts';
import type { FromChild } from './ipc.ts';
import { Outbox } from './outbox.ts';
import { runAhead, runAs } from './process-settings.ts';
import { answerPings } from './pulse.ts';
import { SettingsReceiver, type SentToChild } from './settings-transport.ts';
import { systemClock } from './system-clock.ts';

/** Somebody takes over because of it. */
const PRESSING = ['bfd-state'] as const;

/** Messages to a supervisor that is gone are dropped. */
const outbox = new Outbox((messages) => {
  if (process.connected) process.send?.(messages, undefined, undefined, () => undefined);
}, PRESSING);
process.on('exit', () => outbox.flush());

const random = (): number => Math.random();
const child = new BfdProcess({
  clock: systemClock,
  random,
  openAlarm: (ring) => Alarm.open(ring),
  openReceiver,
  openSender: (settings) => openSender(settings, random),
  send,
});

function send(message: FromChild): void {
  outbox.add(message);
}

async function leave(): Promise<void> {
  child.stop();
  outbox.flush();
  await farewell({ type: 'stopped' });
  process.exit(0);
}

const settings = new SettingsReceiver();
process.on('message', (sent: SentToChild) => {
  const message = settings.decode(sent);
  if ('settings' in message) {
    const warn = (text: string): void => send({ type: 'log', level: 'warning', text });
    runAs(message.settings.global.bfdProcess, warn);
    runAhead(message.settings.global.bfdProcess, warn);
  }
  if (message.type === 'stop') void leave();
  else child.receive(message);
  if (message.type === 'start') answerPings();
});
process.on('disconnect', () => void leave());
process.on('SIGTERM', () => void leave());
leaveSignalsToSupervisor();
// It may have gone before anybody listened.
if (!process.connected) void leave();
