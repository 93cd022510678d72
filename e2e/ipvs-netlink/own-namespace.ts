/** Lets the tests of a file run in a network and a mount namespace that nobody else sees. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const MARK = 'TANDEM_OWN_NAMESPACE';

/**
 * Runs the file again in new namespaces of network and mounts, where `define` then defines its tests.
 * @param url - import.meta.url of the file
 * @param define - calls test()
 */
export function inOwnNamespace(url: string, define: () => void): void {
  if (process.env[MARK] !== undefined) {
    define();
    return;
  }
  test('in a network namespace of its own', async () => {
    // The inner run is a test run of its own, not a part of this one that reports by protocol.
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const child = spawn('unshare', ['--net', '--mount', process.execPath, fileURLToPath(url)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...env, [MARK]: '1' },
    });
    const [report, code] = await Promise.all([
      text(child.stdout),
      new Promise((resolve) => child.once('close', resolve)),
    ]);
    assert.equal(code, 0, report);
    process.stdout.write(report);
  });
}
