import { Deadlines } from '../../src/vrrp/deadlines.ts';
import type { InstancePorts } from '../../src/vrrp/instance-driver.ts';
import { systemClock } from '../../src/system-clock.ts';
import { timeoutAlarm } from './timeout-alarm.ts';

/** An outside where nothing happens, but for what the test is about. */
export function idlePorts(changes: Partial<InstancePorts> = {}): InstancePorts {
  const { clock = systemClock } = changes;
  return {
    firewall: {
      close: async () => undefined,
      setIdle: async () => undefined,
      redirects: { direct: () => undefined, resign: () => undefined, describe: () => [] },
    },
    clock,
    epochMs: () => 0,
    turn: async () => undefined,
    deadlines: new Deadlines(clock, timeoutAlarm(clock)),
    addresses: { add: async () => [], remove: async () => [], strangers: () => [] },
    trackers: { problemWith: () => undefined },
    routing: {
      want: async () => undefined,
      release: async () => undefined,
      problemsWith: () => [],
    },
    advertiseRouter: () => undefined,
    routerReport: () => undefined,
    sendAdvertisement: () => undefined,
    announce: () => undefined,
    log: () => undefined,
    runScript: () => undefined,
    tellFifos: () => undefined,
    sendMail: () => undefined,
    stateChanged: () => undefined,
    followed: () => undefined,
    aboutToTakeOver: () => undefined,
    ...changes,
  };
}
