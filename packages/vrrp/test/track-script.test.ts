import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { TrackScriptSettings } from '../src/settings.ts';
import {
  createTrackScript,
  stepTrackScript,
  type ScriptResult,
  type TrackScriptEvent,
  type TrackScriptState,
} from '../src/track-script.ts';
import { scriptSettings } from './instance-settings.ts';

/** A script that is under way; every method returns what it does. */
class Script {
  state: TrackScriptState;
  #now = 0;

  constructor(changes: Partial<TrackScriptSettings> = {}) {
    this.state = createTrackScript(scriptSettings(changes));
  }

  play(event: TrackScriptEvent): string[] {
    const { state, effects } = stepTrackScript(this.state, event, instant(this.#now));
    this.state = state;
    return effects.map((each) => (each.type === 'log' ? each.text : each.type));
  }

  /** Waits for the next run and lets it end at once. */
  runs(...results: readonly (number | ScriptResult)[]): string[] {
    return results.flatMap((result) => {
      this.#now = this.state.deadline ?? this.#now;
      const started = this.play(
        this.state.deadline === undefined ? { type: 'start' } : { type: 'timer' },
      );
      expect(started).toContain('run');
      return this.ends(result);
    });
  }

  ends(result: number | ScriptResult): string[] {
    const outcome =
      typeof result === 'number' ? ({ type: 'exited', status: result } as const) : result;
    return this.play({ type: 'ended', result: outcome });
  }

  passes(ms: number): void {
    this.#now += ms;
  }

  waits(): string[] {
    this.#now = this.state.deadline ?? this.#now;
    return this.play({ type: 'timer' });
  }
}

test('inventory §3.8: it is run at the start, and nothing is known before that has ended', () => {
  const script = new Script();
  expect(script.play({ type: 'start' })).toEqual(['run']);
  expect(script.state).toMatchObject({ value: undefined, deadline: 2000 });
  expect(script.ends(0)).toEqual(['VRRP_Script(chk) succeeded', 'changed']);
  expect(script.state.value).toBe(true);
});

test('one that the predecessor could not run is left out from the start', () => {
  const script = new Script();
  expect(script.play({ type: 'start', inherited: 'disabled' })).toEqual(['run']);
  expect(script.state.value).toBe('disabled');
  expect(script.ends(0)).toEqual(['VRRP_Script(chk) succeeded', 'changed']);
});

test('inventory §3.8: one success at the start makes it good, one failure there makes it bad', () => {
  const good = new Script({ rise: 3, fall: 3 });
  good.runs(0);
  expect(good.state.value).toBe(true);
  const bad = new Script({ rise: 3, fall: 3 });
  expect(bad.runs(1)).toEqual([
    'Script `chk` now returning 1',
    'VRRP_Script(chk) failed (exited with status 1)',
    'changed',
  ]);
  expect(bad.state.value).toBe(false);
});

test('inventory §3.8: a failure at the start makes it bad, also when a reload has changed rise since', () => {
  const script = new Script({ rise: 5 });
  script.play({ type: 'start' });
  const settings = scriptSettings({ rise: 2, fall: 3 });
  script.play({ type: 'reconfigure', settings });
  script.ends(1);
  expect(script.state.value).toBe(false);
});

test('inventory §3.8: later it takes fall failures, and rise successes, in a row', () => {
  const script = new Script({ rise: 2, fall: 3 });
  expect(script.runs(0, 1, 1, 0, 1, 1)).not.toContain(
    'VRRP_Script(chk) failed (exited with status 1)',
  );
  expect(script.runs(1)).toEqual(['VRRP_Script(chk) failed (exited with status 1)', 'changed']);
  expect(script.runs(0, 1, 0)).toEqual([
    'Script `chk` now returning 0',
    'Script `chk` now returning 1',
    'Script `chk` now returning 0',
  ]);
  expect(script.runs(0)).toEqual(['VRRP_Script(chk) succeeded', 'changed']);
});

test('inventory §2.5, §3.8: with init_fail the first success is not enough when rise is more than 1', () => {
  const script = new Script({ rise: 2, initFail: true });
  script.runs(0);
  expect(script.state.value).toBe(false);
  script.runs(0);
  expect(script.state.value).toBe(true);
});

test('inventory §3.8: a run that takes too long, or is ended by a signal, has failed', () => {
  const script = new Script();
  expect(script.runs(0, { type: 'timed-out' })).toContain('VRRP_Script(chk) timed_out');
  expect(script.runs(0, { type: 'signalled', signal: 9 })).toContain(
    'VRRP_Script(chk) failed (due to signal 9)',
  );
});

test('inventory §3.8: exit status 0 is success, and any other is a failure', () => {
  const values = [0, 1, 2, 126, 255].map((status) => {
    const script = new Script();
    script.runs(status);
    return script.state.value;
  });
  expect(values).toEqual([true, false, false, false, false]);
});

test('inventory §3.8: runs are counted from start to start, however long they take', () => {
  const script = new Script();
  script.play({ type: 'start' });
  const deadlines = [300, 1500, 0].map((runMs) => {
    const { deadline } = script.state;
    script.passes(runMs);
    script.ends(0);
    script.waits();
    return deadline;
  });
  expect(deadlines).toEqual([2000, 4000, 6000]);
});

test('inventory §3.8: it is never run twice at the same time', () => {
  const script = new Script();
  script.play({ type: 'start' });
  expect(script.waits()).toEqual([
    'Track script chk is already running, expect idle - skipping run',
  ]);
  expect(script.state.deadline).toBe(4000);
  script.ends(0);
  expect(script.waits()).toEqual(['run']);
});

test('what cannot be run is left out, until it can', () => {
  const script = new Script();
  const missing = { type: 'not-run', reason: 'No such file or directory' } as const;
  expect(script.runs(missing, missing)).toEqual([
    'Disabling track script chk: No such file or directory',
    'changed',
  ]);
  expect(script.state).toMatchObject({ value: 'disabled', obstacle: missing.reason });
  expect(script.runs(0)).toEqual(['VRRP_Script(chk) succeeded', 'changed']);
  expect(script.runs(missing)).toContain('VRRP_Script(chk) failed (No such file or directory)');
});

test('inventory §3.12: a reload with the same command keeps the result', () => {
  const script = new Script({ fall: 5 });
  script.runs(0);
  const settings = scriptSettings({ fall: 2 });
  expect(script.play({ type: 'reconfigure', settings })).toEqual([
    'VRRP_Script(chk) considered successful on reload',
  ]);
  expect(script.runs(1)).not.toContain('changed');
  expect(script.runs(1)).toContain('changed');
});

test('a reload to a shorter interval brings the next run forward, one to a longer does not put it off', () => {
  const script = new Script({ interval: seconds(3600) });
  script.runs(0);
  script.play({ type: 'reconfigure', settings: scriptSettings({ interval: seconds(1) }) });
  expect(script.state.deadline).toBe(1000);
  script.play({ type: 'reconfigure', settings: scriptSettings({ interval: seconds(3600) }) });
  expect(script.state.deadline).toBe(1000);
});

test('the successor of a process that died goes on with what was known', () => {
  const script = new Script({ fall: 2 });
  expect(script.play({ type: 'start', inherited: true })).toEqual(['run']);
  expect(script.ends(1)).toEqual(['Script `chk` now returning 1']);
  expect(script.state.value).toBe(true);
});
