import type { Stage } from '../../src/vrrp/rehearsal.ts';

/** On which nothing happens. */
export const EMPTY_STAGE: Stage = {
  requests: { addAddress: async () => undefined, deleteAddress: async () => undefined },
  openNetwork: () => ({
    send: () => undefined,
    announce: () => undefined,
  }),
};
