import { afterEach, expect, test, vi } from 'vitest';
import { realServer } from '../../src/realserver/realserver-command.ts';
import { TestFolder } from '../test-folder.ts';

const folder = new TestFolder();

afterEach(() => {
  vi.restoreAllMocks();
});

test('a record that cannot be read is one line with its name, and a failure', async () => {
  const half = folder.write('half.json', '{"addresses": [');
  for (const state of [folder.path, half]) {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await realServer('list', undefined, { dev: 'lo', state })).toBe(1);
    const [[line] = []] = said.mock.calls;
    expect(line).toMatch(new RegExp(`^tandemctl: cannot read ${state}: .*\\n$`));
    said.mockRestore();
  }
});
