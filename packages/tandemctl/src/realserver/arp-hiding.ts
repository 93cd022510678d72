/** The kernel settings that keep a box from answering ARP requests for addresses on its loopback. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { RealServerState } from './state-file.ts';

type Settings = RealServerState['settings'];

/**
 * Of `all` and an interface the kernel takes the larger one, so that `all` is enough: answer only
 * for addresses of the interface that is asked, and never give the VIP as one's own.
 * @see linux Documentation/networking/ip-sysctl.rst arp_ignore, arp_announce
 */
const WANTED: Readonly<Record<string, number>> = {
  '/proc/sys/net/ipv4/conf/all/arp_ignore': 1,
  '/proc/sys/net/ipv4/conf/all/arp_announce': 2,
};

/**
 * @param settings - what was changed already
 * @returns with what has to be changed still, or again; larger values stay
 */
export function plannedSettings(settings: Settings): Settings {
  const planned: Record<string, Settings[string]> = { ...settings };
  for (const [path, wanted] of Object.entries(WANTED)) {
    const before = read(path);
    if (Number(before) < wanted) planned[path] = { before, now: String(wanted) };
  }
  return planned;
}

/** Gives settings their new value. */
export function applySettings(settings: Settings): void {
  for (const [path, { now }] of Object.entries(settings)) {
    if (Number(read(path)) < Number(now)) writeFileSync(path, now);
  }
}

/** Gives settings their old value, but for those that somebody else has changed since. */
export function restoreSettings(settings: Settings): void {
  for (const [path, { before, now }] of Object.entries(settings)) {
    if (read(path) === now) writeFileSync(path, before);
  }
}

function read(path: string): string {
  return readFileSync(path, 'utf8').trim();
}
