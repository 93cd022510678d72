/**
 * Of signed adverts each counts once, and none that is older than one that has counted: a second
 * opinion, from the adverts alone.
 * @see keepalived.conf(5) auth_hmac
 */
import type { IpAddress } from '@tandem/inet';
import type { Instance } from '../process.ts';
import type { Step } from '../router.ts';
import type { Rule } from '../rule.ts';
import { Violation } from '../violation.ts';

/** Of the stamp, from the end of the advert. */
const STAMP_AT = 24;
const STAMP_LENGTH = 8;

/** @returns whether the machine has dropped a packet because it was signed before another one */
export function isDroppedReplay({ before, after }: Pick<Step, 'before' | 'after'>): boolean {
  return after.counters.auth_ext_replay > before.counters.auth_ext_replay;
}

/** @returns the rule, for one run */
export function replays(): Rule {
  /** The last stamp of each router. */
  const heard = new Map<Instance, Map<IpAddress, bigint>>();

  return {
    stepped(step) {
      const { router, instance, event, before, after } = step;
      if (event.type !== 'packet' || after.settings.hmac === undefined) return;
      const hasCounted = after.counters.advert_rcvd > before.counters.advert_rcvd;
      if (!hasCounted && !isDroppedReplay(step)) return;
      const { body, source } = event.packet;
      const stamps = heard.get(instance) ?? new Map<IpAddress, bigint>();
      heard.set(instance, stamps);
      const stamp = stampOf(body);
      const isNew = stamp > (stamps.get(source) ?? -1n);
      if (isNew !== hasCounted) {
        const verb = hasCounted ? 'believes an old advert' : 'drops a new advert';
        throw new Violation('replays', `r${router.number} ${verb} of ${source}`);
      }
      if (hasCounted) stamps.set(source, stamp);
    },
  };
}

function stampOf(body: Uint8Array): bigint {
  const view = new DataView(body.buffer, body.byteOffset + body.length - STAMP_AT, STAMP_LENGTH);
  return view.getBigUint64(0);
}
