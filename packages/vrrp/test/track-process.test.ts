import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { TrackProcessSettings } from '../src/settings.ts';
import { createTrackProcess, isTracked, stepTrackProcess } from '../src/track-process.ts';
import { processSettings } from './instance-settings.ts';

/** Values after each count; the counts come a second apart. */
function valuesAfter(changes: Partial<TrackProcessSettings>, ...counts: number[]): unknown[] {
  let state = createTrackProcess(processSettings(changes));
  return counts.map((count, i) => {
    const now = instant(i * 1000);
    state = stepTrackProcess(state, { type: 'counted', count }, now);
    state = stepTrackProcess(state, { type: 'timer' }, now);
    return state.value;
  });
}

test('inventory §2.7: without arguments the name decides, of which the kernel keeps 15 octets', () => {
  const running = { name: 'a-name-that-is-', argv: ['/bin/a-name-that-is-long', '-x'] };
  expect(isTracked(processSettings({ process: 'a-name-that-is-long' }), running)).toBe(true);
  expect(isTracked(processSettings({ process: 'a-name' }), running)).toBe(false);
});

test('inventory §2.7, param_match: arguments are compared whole, the first ones, or their beginning', () => {
  const argv = ['/usr/sbin/haproxy', '-f', '/etc/haproxy.cfg'];
  const fits = (parameters: string[], match: TrackProcessSettings['match']): boolean =>
    isTracked(processSettings({ parameters, match, wholeCommand: true }), {
      name: 'haproxy',
      argv,
    });
  expect(fits(['-f', '/etc/haproxy.cfg'], 'exact')).toBe(true);
  expect(fits(['-f'], 'exact')).toBe(false);
  expect(fits(['-f'], 'partial')).toBe(true);
  expect(fits(['-f', '/etc/hap'], 'partial')).toBe(false);
  expect(fits(['-f', '/etc/hap'], 'initial')).toBe(true);
  expect(fits(['-g', '/etc/hap'], 'initial')).toBe(false);
  expect(fits([], 'partial')).toBe(false);
});

test('inventory §2.7: a path in front of the name decides, too', () => {
  const running = { name: 'haproxy', argv: ['/usr/sbin/haproxy'] };
  const fits = (process: string): boolean =>
    isTracked(processSettings({ process, wholeCommand: true }), running);
  expect(fits('/usr/sbin/haproxy')).toBe(true);
  expect(fits('haproxy')).toBe(true);
  expect(fits('/opt/haproxy')).toBe(false);
});

test('inventory §2.7, §3.8, quorum: so many must run, and no more than quorum_max', () => {
  expect(valuesAfter({ quorum: 2, quorumMax: 3 }, 1, 2, 3, 4)).toEqual([false, true, true, false]);
  expect(valuesAfter({ quorum: 1, quorumMax: 0 }, 0, 1)).toEqual([false, false]);
});

test('inventory §2.7, delays: a change counts when it has lasted, the first count at once', () => {
  const delays = { forkDelay: seconds(1), terminateDelay: seconds(2) };
  expect(valuesAfter(delays, 1, 0, 0, 0)).toEqual([true, true, true, false]);
  expect(valuesAfter(delays, 1, 0, 1, 0, 0)).toEqual([true, true, true, true, true]);
  expect(valuesAfter(delays, 0, 1, 1)).toEqual([false, false, true]);
});
