import { milliseconds, ZERO } from '@tandem/time';
import type { Fault } from './faults.ts';
import type { Scenario } from './scenario.ts';

/**
 * Nothing goes wrong, but configurations are read again and again.
 * @param scenario - whose network it is
 * @param from - when the first router reads its own, milliseconds
 * @param seconds - for how long; in each one router, in turns
 * @returns the network with these reloads alone: half of them change nothing, the others a delay that
 * matters to nobody while the master lives, and addresses that are not in adverts
 */
export function withReloads(scenario: Scenario, from: number, seconds: number): Scenario {
  const count = scenario.routers.length;
  const faults = Array.from({ length: seconds }, (_, i): Fault => {
    const round = Math.floor(i / count);
    const isOther = round % 4 === 1;
    const changes =
      round % 2 === 0
        ? {}
        : { preemptDelay: isOther ? milliseconds(500) : ZERO, withExcluded: !isOther };
    return { at: from + i * 1000, lasts: 0, what: { kind: 'reload', router: i % count, changes } };
  });
  return { ...scenario, faults };
}
