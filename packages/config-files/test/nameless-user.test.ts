import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { readConfiguration } from '../src/index.ts';

vi.mock('node:os', async (original) => ({
  ...(await original<object>()),
  userInfo: () => {
    throw new Error('uv_os_get_passwd returned ENOENT');
  },
}));

test('a user that has a number and no name can read a configuration', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-files-'));
  const path = join(folder, 'a.conf');
  writeFileSync(path, '');
  expect(readConfiguration(path).diagnostics).toEqual([]);
  rmSync(folder, { recursive: true });
});
