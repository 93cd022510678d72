import type { ChildName } from '../ipc.ts';

/**
 * What V8 is told of each child. The vrrp process keeps the code that it has compiled, however long it has
 * not run: that of a takeover waits for years. And it collects its garbage by itself: its priority is
 * its own, and with a busy box it would wait for helpers that have none. It does not do so just because
 * it has little to do: three times in the first minute that would take as long as a thousand adverts. Its
 * code is optimized when it has run 30 times as much as elsewhere, as in a flood of packets: for a few
 * hundred adverts in a second the compiler's threads would take as much CPU as the adverts for minutes,
 * and 7 MiB for ever. The ipvs process keeps its code, too: what takes a server out of the table may not
 * have run for as long. It is optimized when it has run 8 times as much as elsewhere: a start with
 * thousands of servers runs what starts them some ten thousand times and then no more, and the compiler's
 * threads would take a tenth of that start and 18 MiB for ever. Of what a check leaves behind little is
 * ever needed again, so that it is collected often and by itself: with thousands of checks to come, waking
 * helpers costs more than it saves, and 16 MiB of garbage, as without, would be 20 MiB of memory for
 * nothing. Nor may what has grown old by chance grow to several times what is needed. The bfd process may
 * be silent for no longer than its
 * sessions' detection times, 50 ms by default: it is as the vrrp process is, and has more to do in a
 * second.
 */
const ENGINE_OPTIONS: Readonly<Record<ChildName, readonly string[]>> = {
  vrrp: ['--no-flush-bytecode', '--single-threaded-gc', '--no-memory-reducer'],
  ipvs: [
    '--no-flush-bytecode',
    '--single-threaded-gc',
    '--max-semi-space-size=2',
    '--heap-growing-percent=50',
  ],
  bfd: ['--no-flush-bytecode', '--single-threaded-gc'],
};

/**
 * What lets code run 30 or 8 times as much before it is optimized: V8 had a budget of bytes that run; from
 * Node 22 on it counts the calls of a function, 400 for one compiler, 3000 for the other.
 */
const RARELY_OPTIMIZED: Readonly<
  Partial<Record<ChildName, Record<'byBytes' | 'byCalls', string[]>>>
> = {
  vrrp: {
    byBytes: ['--interrupt-budget=2000000'],
    byCalls: ['--invocation-count-for-maglev=12000', '--invocation-count-for-turbofan=90000'],
  },
  ipvs: {
    byBytes: ['--interrupt-budget=540000'],
    byCalls: ['--invocation-count-for-maglev=3200', '--invocation-count-for-turbofan=24000'],
  },
};
const V8_COUNTS_CALLS = 12;

/**
 * @param v8Version - of `process.versions`
 * @returns words for Node's command line; one that it does not know would end the process at once
 */
export function engineOptions(name: ChildName, v8Version: string): readonly string[] {
  const countsCalls = Number.parseInt(v8Version, 10) >= V8_COUNTS_CALLS;
  const rarely = RARELY_OPTIMIZED[name]?.[countsCalls ? 'byCalls' : 'byBytes'] ?? [];
  return [...ENGINE_OPTIONS[name], ...rarely];
}
