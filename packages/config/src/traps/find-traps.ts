import { CATALOGUE } from '../catalogue.ts';
import type { Call } from '../call.ts';
import type { Outline } from '../outline.ts';
import { ADDRESS_TRAPS, INSTANCES_TRAPS } from './addresses.ts';
import { BOX_INSTANCE_TRAPS, BOX_TRAPS } from './box.ts';
import { INSTANCE_TRAPS } from './instance.ts';
import { SERVER_TRAPS } from './servers.ts';
import { TEXT_TRAPS } from './text.ts';
import { TRACKER_DEFINITION_TRAPS, TRACKER_TRAPS } from './trackers.ts';
import type { Finding, Subject, Trap } from './trap.ts';

const WHOLE = [...TEXT_TRAPS, ...TRACKER_DEFINITION_TRAPS, ...INSTANCES_TRAPS, ...BOX_TRAPS];
const OF_INSTANCES = [...INSTANCE_TRAPS, ...TRACKER_TRAPS, ...ADDRESS_TRAPS, ...BOX_INSTANCE_TRAPS];

/**
 * Looks for what is no mistake of the language and burns people all the same; an inspector for
 * `parseConfiguration`.
 * @param outline - the configuration; its box is asked where a trap needs that
 */
export function findTraps(outline: Outline): void {
  const subject: Subject = { outline };
  for (const trap of WHOLE) complainWhole(trap, subject);
  for (const each of outline.instances) {
    for (const trap of OF_INSTANCES) complain(trap, { ...subject, ...each });
  }
  for (const each of outline.virtualServers) {
    for (const trap of SERVER_TRAPS) complain(trap, { ...subject, ...each });
  }
}

function complain<S extends { readonly call: Call }>(trap: Trap<S>, subject: S): void {
  const { severity } = CATALOGUE[trap.code];
  for (const { message, ...rest } of trap.find(subject)) {
    subject.call.complain(trap.code, message, { severity, ...rest });
  }
}

function complainWhole(trap: Trap<Subject>, subject: Subject): void {
  for (const finding of trap.find(subject)) addTo(subject.outline, trap, finding);
}

function addTo({ session }: Outline, { code }: Trap<Subject>, finding: Finding): void {
  const { message, at, ...rest } = finding;
  const { severity } = CATALOGUE[code];
  session.report.add(code, message, at && { ...at, severity, ...rest });
}
