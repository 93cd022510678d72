import { expect, test } from 'vitest';
import { NOTHING_LEFT, type KernelRecord } from '../../src/kernel-record.ts';
import { Aftermath } from '../../src/supervisor/aftermath.ts';

test('what a child tells of is written down before anything else is done, and once', async () => {
  const written: KernelRecord[] = [];
  let held = NOTHING_LEFT;
  const aftermath = new Aftermath(
    {
      withdraw: () => Promise.resolve(),
      clearTable: () => Promise.resolve(),
      recordFile: { read: () => NOTHING_LEFT, write: (record) => written.push(record) },
    },
    () => held,
  );
  const kernelChanges = [{ path: 'ipv4/conf/all/rp_filter', before: 1, ours: 0 }];
  aftermath.saveSoon();
  held = { ...NOTHING_LEFT, vrrp: { ...NOTHING_LEFT.vrrp, kernelChanges } };
  aftermath.saveSoon();
  expect(written).toEqual([]);
  // No timer, socket or file has its turn before.
  await Promise.resolve();
  expect(written).toEqual([held]);
  aftermath.saveSoon();
  aftermath.save();
  await Promise.resolve();
  expect(written).toHaveLength(2);
});
