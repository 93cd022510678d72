/**
 * Nobody takes over from a healthy master of higher priority: where nothing is wrong, its adverts
 * arrive.
 * @see RFC 9568 §6.4.2
 */
import type { Instance } from '../process.ts';
import type { Router, Step } from '../router.ts';
import type { Rule, View } from '../rule.ts';
import { Violation } from '../violation.ts';

/** @returns the rule, for one run */
export function usurpation(view: View): Rule {
  /** Since when it has had its state and priority, milliseconds from the beginning. */
  const sameSince = new Map<Instance, number>();

  function stepped(step: Step): void {
    const { instance, before, after } = step;
    if (before.state === 'BACKUP' && after.state === 'MASTER') judge(step);
    if (before.state !== after.state || before.effectivePriority !== after.effectivePriority)
      sameSince.set(instance, view.now);
  }

  function judge({ router, instance, after }: Step): void {
    const { settings, effectivePriority: own } = after;
    for (const other of view.routers) {
      const master = other === router ? undefined : masterOn(other, settings.virtualRouterId);
      if (master === undefined || master.state.effectivePriority <= own) continue;
      const interval = Math.max(
        settings.advertisementInterval,
        master.state.settings.advertisementInterval,
      );
      const window = interval * (settings.downTimerAdverts + 2);
      const since = Math.max(sameSince.get(master) ?? Infinity, view.calmSince ?? Infinity);
      if (view.now - since < window) continue;
      // A newcomer of shorter interval cannot know how seldom it is to hear the master.
      const isNewcomer = view.now - (sameSince.get(instance) ?? 0) < window;
      if (isNewcomer && settings.advertisementInterval < interval) continue;
      throw new Violation(
        'usurpation',
        `r${router.number} with priority ${own} takes over from r${other.number}, ` +
          `a healthy master with ${master.state.effectivePriority}`,
      );
    }
  }

  return { stepped };
}

function masterOn(router: Router, virtualRouterId: number): Instance | undefined {
  return router.instances.find(
    ({ state }) => state.state === 'MASTER' && state.settings.virtualRouterId === virtualRouterId,
  );
}
