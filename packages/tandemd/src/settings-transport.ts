/**
 * How settings travel between the supervisor and a child. Of a reload only those virtual servers
 * do that the child has not got yet: thousands of others need neither be written nor read, and the
 * child sees by their identity that they are the same. Those that do are told in terms of the one that
 * was in their place, or of the one before them.
 */
import type { Settings } from '@tandem/config';
import type { VirtualServerSettings } from '@tandem/health';
import type { ChildName, ToChild } from './ipc.ts';
import { applied, difference, type Difference } from './settings-difference.ts';

type WithSettings = Extract<ToChild, { readonly settings: Settings }>;

/**
 * A message as it goes through the channel: its settings have no virtual servers. Of these each is one
 * that is new, or the place of one in the list before.
 */
export type SentToChild =
  | Exclude<ToChild, WithSettings>
  | (WithSettings & { readonly virtualServers: readonly Difference[] });

/** Of one child: what it is told, in terms of what it was told before. */
export class SettingsSender {
  #before: readonly VirtualServerSettings[] = [];

  /** @param message - must reach the child, or it will not understand those that follow */
  encode(message: ToChild): SentToChild {
    if (!('settings' in message)) return message;
    const { virtualServers: all } = message.settings;
    const places = placesOf(all, this.#before);
    const virtualServers = places.map((each, i) =>
      typeof each === 'number' ? each : difference(each, baseOf(i, all, this.#before)),
    );
    this.#before = all;
    return { ...message, settings: { ...message.settings, virtualServers: [] }, virtualServers };
  }
}

/**
 * Most are the very objects that were sent, in the same place; of the others some may say the same.
 * Only where one has moved are all places looked up.
 */
function placesOf(
  all: readonly VirtualServerSettings[],
  before: readonly VirtualServerSettings[],
): readonly (VirtualServerSettings | number)[] {
  let byKey: ReadonlyMap<string, number> | undefined;
  return all.map((each, i) => {
    if (before[i] === each) return i;
    if (before.length === 0) return each;
    const key = JSON.stringify(each.key);
    const isHere = key === JSON.stringify(before[i]?.key);
    if (!isHere)
      byKey ??= new Map(before.map((other, place) => [JSON.stringify(other.key), place]));
    const place = isHere ? i : byKey?.get(key);
    if (place === undefined || before[place] === each) return place ?? each;
    return JSON.stringify(before[place]) === JSON.stringify(each) ? place : each;
  });
}

/** @returns what both ends have when they come to that place */
function baseOf(
  place: number,
  all: readonly VirtualServerSettings[],
  before: readonly VirtualServerSettings[],
): VirtualServerSettings | undefined {
  return before[place] ?? all[place - 1];
}

/** In the child. */
export class SettingsReceiver {
  #virtualServers: readonly VirtualServerSettings[] = [];

  /**
   * @returns the message as it was sent; a virtual server that has not changed is the same object
   * @throws Error when it is told in terms of what was not received
   */
  decode(message: SentToChild): ToChild {
    if (!('virtualServers' in message)) return message;
    const before = this.#virtualServers;
    const { virtualServers: sent, ...rest } = message;
    const virtualServers: VirtualServerSettings[] = [];
    for (const [i, each] of sent.entries()) {
      const base = baseOf(i, virtualServers, before);
      const server = typeof each === 'number' ? before[each] : applied(each, base);
      if (server === undefined) throw new Error(`no virtual server is where number ${i} was`);
      virtualServers.push(server as VirtualServerSettings);
    }
    this.#virtualServers = virtualServers;
    return { ...rest, settings: { ...rest.settings, virtualServers } };
  }
}

/** @returns what a child has to know: but for the ipvs process, what is redirected is enough */
export function settingsFor(name: ChildName, settings: Settings): Settings {
  if (name === 'ipvs') return settings;
  const redirecting = settings.virtualServers.filter(({ redirect }) => redirect === true);
  const virtualServers = redirecting.map((each) => ({ ...each, realServers: [] }));
  return { ...settings, virtualServers };
}
