import { fifo, type SyncGroupState, type VrrpState } from '@tandem/vrrp';

/**
 * What readers of FIFOs that have come late are told.
 * @param groups - all sync groups
 * @param instances - that run
 * @returns a line for each that has begun: groups, then instances
 * @see keepalived.conf(5) fifo_write_vrrp_states_on_reload
 */
export function stateLines(
  groups: readonly SyncGroupState[],
  instances: readonly VrrpState[],
): string[] {
  const all = [
    ...groups.map((each) => ({ ...each, kind: 'GROUP', effectivePriority: 0 }) as const),
    ...instances.map((each) => ({ ...each, kind: 'INSTANCE' }) as const),
  ];
  return all.flatMap(({ kind, settings: { name }, state, effectivePriority }) =>
    state === 'INIT' ? [] : fifo({ kind, name }, state, effectivePriority).line,
  );
}
