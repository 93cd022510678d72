import { ZERO } from '@tandem/time';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';

/**
 * What vrrp_strict leaves of an instance: nothing that the RFC does not have.
 * @param draft - the block as read
 * @param priority - that it gets
 * @see keepalived.conf(5) vrrp_strict
 */
export function strictly(draft: InstanceDraft, priority: number): InstanceDraft {
  const { authentication: _, preemptDelay: __, vmacXmitBase: ___, state, ...rest } = draft;
  const isOwner = priority === 255;
  return {
    ...rest,
    ...(state !== undefined && (state === 'MASTER') === isOwner ? { state } : {}),
    downTimerAdverts: 3,
    lowerPriorityNoAdvert: true,
    higherPrioritySendAdvert: false,
    garpLowerPriorityDelay: ZERO,
    garpLowerPriorityRepeat: 0,
  };
}
