// kernel: any
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { soak } from './soak.ts';

void test('a master with 200 addresses that reloads every second: no advert is 300 ms late, nobody changes state', async (context) => {
  const both = { implementation: 'tandemd', backup: 'tandemd' } as const;
  const report = await soak({ ...both, intervalMs: 1000, seconds: 5, latenessMsMax: 300 });
  context.diagnostic(JSON.stringify(report));
  assert.deepEqual(report.violations, []);
  assert.ok(report.adverts >= 36, 'adverts of nine instances, four intervals of each');
});
