import type { CheckSettings, Probe, ProbeResult } from '@tandem/health';
import { expect, test } from 'vitest';
import { OTHER_CHECKS, tcpCheck } from '../../../health/test/settings.ts';
import { SharedProbes } from '../../src/ipvs/shared-probes.ts';
import type { RunProbe } from '../../src/ipvs/probe-runner.ts';

const PROBE: Probe = {
  type: 'TCP_CHECK',
  target: tcpCheck().target,
  connectTimeout: tcpCheck().connectTimeout,
};

/** Attempts that end when told to, and checkers that say what they hear. */
function setUp() {
  const ends: ((result: ProbeResult) => void)[] = [];
  const signals: AbortSignal[] = [];
  const heard: string[] = [];
  const shared = new SharedProbes((_probe, { signal }) => {
    signals.push(signal);
    return new Promise((resolve) => ends.push(resolve));
  });
  const join = (name: string, settings: CheckSettings = tcpCheck()) => {
    const aborter = new AbortController();
    const hear = (_: Probe, { ok }: ProbeResult): void => void heard.push(`${name} ${ok}`);
    const run = shared.join({ settings, hear }, aborter.signal);
    const attempt = (): Promise<ProbeResult> => run(PROBE, { signal: aborter.signal, priority: 1 });
    return { aborter, attempt, run };
  };
  return { ends, heard, join, signals };
}

test('who asks while an attempt is under way waits for it, and all others alike hear of it', async () => {
  const { ends, heard, join } = setUp();
  const [a, b] = [join('a'), join('b')];
  join('c');
  join('d', tcpCheck({ retry: 7 }));
  const both = Promise.all([a.attempt(), b.attempt()]);
  expect(ends).toHaveLength(1);
  ends[0]?.({ ok: true });
  expect(await both).toEqual([{ ok: true }, { ok: true }]);
  expect(heard).toEqual(['a true', 'b true', 'c true']);
});

test('an attempt goes on for those who still wait, and ends with the last of them', async () => {
  const { ends, join, signals, heard } = setUp();
  const [a, b] = [join('a'), join('b')];
  void a.attempt();
  const second = b.attempt();
  a.aborter.abort();
  expect(signals[0]?.aborted).toBe(false);
  b.aborter.abort();
  expect(signals[0]?.aborted).toBe(true);
  void join('c').attempt();
  expect(ends).toHaveLength(2);
  ends[0]?.({ ok: false, reason: 'aborted', detail: '' });
  await second;
  expect(heard).toEqual([]);
});

test('after it has ended, the next attempt is another one', async () => {
  const { ends, join } = setUp();
  const { attempt } = join('a');
  const first = attempt();
  ends[0]?.({ ok: true });
  await first;
  void attempt();
  expect(ends).toHaveLength(2);
});

const runProbe: RunProbe = async () => ({ ok: true });

test('who waits for a file shares nothing', () => {
  const shared = new SharedProbes(runProbe);
  const checker = { settings: OTHER_CHECKS.FILE_CHECK, hear: () => undefined };
  expect(shared.join(checker, new AbortController().signal)).toBe(runProbe);
});
