/** What happens in a run, one line at a time. */
import {
  decodeAdvertisement,
  type ReceivedPacket,
  type VrrpEffect,
  type VrrpEvent,
} from '@tandem/vrrp';
import type { Step } from './router.ts';

/**
 * @param what - a step of a machine, or a line of the script
 * @returns the router, its virtual router and state, the event and what comes of it
 */
export function formatStep(what: Step | string): string {
  if (typeof what === 'string') return what;
  const { router, before, after, event, effects } = what;
  const change = before.state === after.state ? after.state : `${before.state} > ${after.state}`;
  const doings = effects.flatMap((effect) => formatEffect(effect) ?? []);
  const result = doings.length === 0 ? '' : ` : ${doings.join(', ')}`;
  return `r${router.number} ${after.settings.name} ${change} <- ${formatEvent(event)}${result}`;
}

function formatEvent(event: VrrpEvent): string {
  switch (event.type) {
    case 'packet':
      return formatPacket(event.packet);
    case 'start':
      return event.resumeAsMaster === true ? 'start, resume as master' : 'start';
    case 'interface':
      return `interface ${event.up ? 'up' : 'down'}`;
    case 'tracked':
      return `${event.report.kind} ${event.report.name} ${event.report.value}`;
    case 'reconfigure': {
      const { priority, preempt, preemptDelay, advertisementInterval } = event.settings;
      const delay = `preempt_delay ${preemptDelay}`;
      return `reload: priority ${priority}, preempt ${preempt}, ${delay}, advert_int ${advertisementInterval}`;
    }
    case 'address-removed':
      return `somebody removes ${event.address.address}`;
    default:
      return event.type;
  }
}

function formatPacket(packet: ReceivedPacket): string {
  const decoded = decodeAdvertisement(packet.body, packet);
  const text = decoded.ok ? `priority ${decoded.value.priority}` : decoded.reason;
  return `advert from ${packet.source}, ${text}`;
}

function formatEffect(effect: VrrpEffect): string | undefined {
  switch (effect.type) {
    case 'send-advertisement':
      return `send priority ${effect.priority}`;
    case 'announce':
      return `announce ${effect.rounds} x ${effect.addresses.length}`;
    case 'add-addresses':
      return 'add addresses';
    case 'remove-addresses':
      return 'remove addresses';
    case 'log':
      return effect.level === 'warning' ? `warn ${effect.text}` : undefined;
    default:
      return undefined;
  }
}
