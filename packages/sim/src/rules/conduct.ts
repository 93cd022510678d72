/** What each router owes at any time, whatever the network does. */
import { allAddresses, isHeld, type VrrpCounters } from '@tandem/vrrp';
import type { Instance } from '../process.ts';
import type { Router, Step } from '../router.ts';
import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';

/** Timers are late. */
const LATE_MOST = 2.5;

const GOOD: ReadonlySet<string> = new Set([
  'advert_rcvd',
  'advert_sent',
  'become_master',
  'release_master',
  'pri_zero_rcvd',
  'pri_zero_sent',
  // See rules/replays.ts.
  'auth_ext_replay',
] satisfies (keyof VrrpCounters)[]);

/** @returns the rule that a master's adverts are never late by its own fault */
export function advertsOnTime(view: View): Rule {
  /** When the next must have come, on the clock of the router. */
  const due = new Map<Instance, number>();

  function stepped({ instance, before, after, effects, now }: Step): void {
    if (after.state !== 'MASTER') {
      due.delete(instance);
      return;
    }
    const interval = after.settings.advertisementInterval;
    if (before.state !== 'MASTER' || effects.some(({ type }) => type === 'send-advertisement'))
      due.set(instance, now + interval + LATE_MOST);
  }

  function settled(): void {
    for (const router of view.routers) {
      if (router.isStalled) continue;
      for (const instance of router.instances) {
        const latest = due.get(instance);
        if (latest === undefined || router.now <= latest) continue;
        throw new Violation(
          'adverts on time',
          `r${router.number} sends no advert for ${(router.now - latest).toFixed(1)} ms too long`,
        );
      }
    }
  }

  return { stepped, settled };
}

/** @returns the rule that a master has its addresses, and nobody else has */
export function holdings(view: View): Rule {
  return {
    settled() {
      for (const router of view.routers)
        if (!router.isStalled) for (const each of router.instances) judgeHoldings(router, each);
    },
  };
}

/** @returns the rule that routers of one configuration accept all packets of each other */
export function goodPackets(): Rule {
  return {
    stepped({ router, event, before, after }) {
      if (event.type !== 'packet' || before.counters === after.counters) return;
      for (const [name, count] of Object.entries(after.counters))
        if (!GOOD.has(name) && count > 0)
          throw new Violation('packets', `r${router.number} counts ${name}`);
    },
  };
}

/** @returns the rule that the members of a sync group move together */
export function together(view: View): Rule {
  return {
    settled() {
      for (const { number, plan, instances } of view.routers) {
        if (plan.syncGroup === undefined) continue;
        const members = instances.filter(({ state }) => state.settings.syncGroup !== undefined);
        const states = new Set(members.map(({ state }) => state.state));
        if (states.size > 1)
          throw new Violation('sync group', `r${number} is ${[...states].join(' and ')}`);
      }
    },
  };
}

function judgeHoldings(router: Router, instance: Instance): void {
  const { state, settings } = instance.state;
  const held = router.heldBy(instance);
  // Not what the kernel refuses, or somebody takes off again and again.
  const own = allAddresses(settings).filter((each) => isHeld(instance.state, each));
  const wanted = state === 'MASTER' ? own : [];
  if (held.size === wanted.length && wanted.every(({ address }) => held.has(address))) return;
  throw new Violation('addresses', `r${router.number} is ${state} and has ${[...held].join(' ')}`);
}
