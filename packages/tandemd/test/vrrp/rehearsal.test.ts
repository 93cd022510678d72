import { expect, onTestFinished, test, vi } from 'vitest';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { rehearseTakeover } from '../../src/vrrp/rehearsal.ts';
import { groupOf, ip, kernelAddress, kernelLink, ownerSettings } from './fake-host.ts';

test('a rehearsed takeover ends by itself, for an owner and for a member of a group, too', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  onTestFinished(() => void vi.useRealTimers());
  const interfaces = new InterfaceTable();
  interfaces.load([kernelLink()], [kernelAddress('10.77.0.1')]);
  const { vrrpInstances } = groupOf([ownerSettings({ priority: 100 })], ownerSettings());
  for (const settings of vrrpInstances)
    for (const source of [ip('10.77.0.1'), undefined])
      await rehearseTakeover({ settings, source }, interfaces);
  expect(vi.getTimerCount()).toBe(0);
});
