/** Plays a transcript: lines that begin with `> ` are commands, the rest is what came of them. */
import { instant } from '@tandem/time';
import type { Instant } from '@tandem/time';
import { encodeAdvertisement } from '../src/advertisement.ts';
import type { VrrpEffect } from '../src/effect.ts';
import type { VrrpEvent } from '../src/event.ts';
import { step } from '../src/instance.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import { reasonsOf } from '../src/reasons.ts';
import type { TrackedReport } from '../src/ledger.ts';
import type {
  TrackerKind,
  TrackerSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from '../src/settings.ts';
import { createInstance } from '../src/state.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';

const SOURCE = ip('10.77.0.1');

/** @returns the transcript with the lines that the machine really says */
export function playTranscript(text: string): string {
  const player = new Player();
  const output: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') output.push(line);
    if (!line.startsWith('> ')) continue;
    output.push(line, ...player.play(line.slice(2)));
  }
  return output.join('\n');
}

type Words = ReadonlyMap<string, string>;

type EventOf = (rest: readonly string[], words: Words, settings: VrrpInstanceSettings) => VrrpEvent;

const EVENTS: Readonly<Record<string, EventOf>> = {
  start: (_, words) => ({
    type: 'start',
    interfaceUp: !words.has('down'),
    source: words.has('nosource') ? undefined : SOURCE,
    resumeAsMaster: words.has('resume'),
    tracked: reports(words.get('tracked') ?? ''),
  }),
  advert: (_, words) => advert(words),
  interface: ([word]) => ({ type: 'interface', up: word === 'up' }),
  tracked: ([words = '']) => ({ type: 'tracked', report: report(words) }),
  source: ([word = '']) => ({ type: 'source', source: word === 'none' ? undefined : ip(word) }),
  rewired: ([device = 'eth0']) => ({ type: 'hardware-address', device }),
  removed: ([address = '']) => ({ type: 'address-removed', address: vip(address) }),
  missing: ([address = '']) => ({ type: 'address-missing', address: vip(address) }),
  failed: ([address = '', error = '']) => ({
    type: 'address-failed',
    address: vip(address),
    error,
  }),
  added: ([address = '']) => ({ type: 'address-added', address: vip(address) }),
  'send-failed': ([error = '']) => ({ type: 'send-failed', error }),
  reconfigure: (_, words, settings) => ({
    type: 'reconfigure',
    settings: changed(settings, words),
    tracked: reports(words.get('tracked') ?? ''),
  }),
  stop: (_, words) => ({ type: 'stop', keepAddresses: words.has('keep') }),
  timer: () => ({ type: 'timer' }),
  delete: () => ({ type: 'delete' }),
  'discard-leftovers': () => ({ type: 'discard-leftovers' }),
};

function reports(text: string): TrackedReport[] {
  return text === '' ? [] : text.split(',').map(report);
}

/** `interface:eth1:down`, `file:load:3` */
function report(text: string): TrackedReport {
  const [kind = '', name = '', value = ''] = text.split(':');
  return { kind: kind as TrackerKind, name, value: VALUES[value] ?? Number(value) };
}

const VALUES: Readonly<Record<string, boolean>> = { good: true, bad: false, up: true, down: false };

function advert(words: Words): VrrpEvent {
  const source = ip(words.get('from') ?? '10.77.0.2');
  const destination = ip('224.0.0.18');
  const settings = changed(instanceSettings(), words);
  const advertisement = ownAdvertisement(settings, Number(words.get('prio') ?? 50));
  const body = encodeAdvertisement(advertisement, { source, destination });
  return { type: 'packet', packet: { source, destination, ttl: 255, body } };
}

class Player {
  #state = createInstance(instanceSettings());
  #now: Instant = instant(0);
  #lines: string[] = [];
  /** Says what FIFOs are told. */
  #hasFifo = false;

  play(command: string): string[] {
    this.#lines = [];
    const [verb = '', ...rest] = command.split(' ');
    const words = new Map(rest.map((word) => word.split('=') as [string, string]));
    if (verb === 'instance') this.#state = createInstance(changed(instanceSettings(), words));
    if (verb === 'instance') this.#hasFifo = words.has('fifo');
    if (verb === 'instance') this.#now = instant(0);
    else if (verb === 'run') this.#run(Number(rest[0]) * 1000);
    else if (verb === 'stall') this.#now = instant(this.#now + Number(rest[0]) * 1000);
    else if (verb === 'why') this.#say(reasonsOf(this.#state, this.#now));
    else this.#step(this.#event(verb, rest, words));
    return this.#lines;
  }

  #event(verb: string, rest: readonly string[], words: Words): VrrpEvent {
    const event = EVENTS[verb]?.(rest, words, this.#state.settings);
    if (event === undefined) throw new Error(`unknown command: ${verb}`);
    return event;
  }

  #say(lines: readonly string[]): void {
    this.#lines.push(...lines.map((line) => `  ${line}`));
  }

  #run(duration: number): void {
    const end = instant(this.#now + duration);
    let { deadline } = this.#state;
    while (deadline !== undefined && deadline <= end) {
      this.#now = deadline > this.#now ? deadline : this.#now;
      this.#step({ type: 'timer' });
      deadline = this.#state.deadline;
    }
    this.#now = end;
  }

  #step(event: VrrpEvent): void {
    const { state, effects } = step(this.#state, event, this.#now);
    this.#state = state;
    const time = (this.#now / 1000).toFixed(3);
    for (const effect of effects) {
      if (effect.type === 'fifo' && !this.#hasFifo) continue;
      this.#lines.push(`  ${time} ${formatEffect(effect)}`);
      if (effect.type === 'send-advertisement' && effect.onceSent !== undefined)
        this.#lines.push(`  ${time} log ${effect.onceSent}`);
    }
  }
}

function formatEffect(effect: VrrpEffect): string {
  switch (effect.type) {
    case 'send-advertisement':
      return `send prio=${effect.priority} from ${effect.source}`;
    case 'add-addresses':
      return `add ${list(effect.addresses)}`;
    case 'remove-addresses':
      return `remove ${list(effect.addresses)}`;
    case 'set-routing':
      return `set ${effect.entries.map(({ text }) => text).join(', ')}`;
    case 'withdraw-routing':
      return `withdraw ${effect.entries.map(({ text }) => text).join(', ')}`;
    case 'announce':
      return `announce ${effect.rounds} x ${list(effect.addresses)}`;
    case 'announce-source':
      return `announce own ${effect.source}`;
    case 'log':
      return `log ${effect.text}`;
    case 'notify':
      return `notify [${effect.purpose}] ${effect.argv.join(' ')}`;
    case 'fifo':
      return `fifo ${effect.line}`;
    case 'mail':
      return `mail [${effect.subject}] ${effect.body}`;
    case 'state-changed':
      return `state ${effect.state}`;
  }
}

function list(addresses: readonly VirtualAddress[]): string {
  return addresses.map(({ address }) => address).join(' ');
}

/** Settings in keepalived's words, durations in seconds. */
function changed(settings: VrrpInstanceSettings, words: Words): VrrpInstanceSettings {
  let result = settings;
  for (const [word, value] of words) result = { ...result, ...SETTINGS[word]?.(value, result) };
  return result;
}

type Setting = (value: string, settings: VrrpInstanceSettings) => Partial<VrrpInstanceSettings>;

const SETTINGS: Readonly<Record<string, Setting>> = {
  priority: (value) => ({ priority: Number(value) }),
  state: (value) => ({ initialState: value as 'MASTER' | 'BACKUP' }),
  version: (value) => ({ version: Number(value) as 2 | 3 }),
  interval: (value) => ({ advertisementInterval: secondsOf(value) }),
  nopreempt: () => ({ preempt: false }),
  preempt_delay: (value) => ({ preemptDelay: secondsOf(value) }),
  vips: (value) => ({ addresses: value.split(',').map((each) => vip(each)) }),
  evips: (value) => ({ excludedAddresses: value.split(',').map((each) => vip(each)) }),
  password: (value) => ({ authentication: { type: 'PASS', password: value } }),
  garp_delay: (value, { garp }) => ({ garp: { ...garp, masterDelay: secondsOf(value) } }),
  garp_refresh: (value, { garp }) => ({ garp: { ...garp, masterRefresh: secondsOf(value) } }),
  lower_prio_delay: (value, { garp }) => ({
    garp: { ...garp, lowerPriorityDelay: secondsOf(value) },
  }),
  lower_prio_repeat: (value, { garp }) => ({
    garp: { ...garp, lowerPriorityRepeat: Number(value) },
  }),
  lower_prio_no_advert: () => ({ lowerPriorityNoAdvert: true }),
  higher_prio_send_advert: () => ({ higherPrioritySendAdvert: true }),
  skip_check_adv_addr: () => ({ skipCheckAdvertAddresses: true }),
  track: (value) => ({ trackers: value === '' ? [] : value.split(',').map(tracker) }),
  on_drift: (value) => ({ onDrift: value as VrrpInstanceSettings['onDrift'] }),
  dont_track_primary: () => ({ trackPrimary: false }),
  notify_deleted: () => ({ notifyDeleted: true }),
  notify_priority_changes: () => ({ notifyPriorityChanges: true }),
  smtp_alert: () => ({ smtpAlert: true }),
  scripts: () => ({
    notify: {
      master: { argv: ['/m', 'x'] },
      backup: { argv: ['/b'] },
      fault: { argv: ['/f'] },
      stop: { argv: ['/s'] },
      any: { argv: ['/n', 'y'], user: 'nobody' },
      masterRxLowerPriority: { argv: ['/rx'] },
      deleted: { argv: ['/d'] },
    },
  }),
};

/** `interface:eth1:0`, `script:check:-20:reverse` */
function tracker(text: string): TrackerSettings {
  const [kind = '', name = '', weight = '0', reverse] = text.split(':');
  return {
    kind: kind as TrackerKind,
    name,
    weight: Number(weight),
    reverse: reverse === 'reverse',
  };
}

function secondsOf(text: string): VrrpInstanceSettings['advertisementInterval'] {
  return (Number(text) * 1000) as VrrpInstanceSettings['advertisementInterval'];
}
