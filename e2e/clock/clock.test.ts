// kernel: own
// Somebody sets the wall clock, by an hour or a day, in both directions: nobody notices.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Capture, type SeenAdvert } from '../lib/capture.ts';
import { run } from '../lib/command.ts';
import { Daemon } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { waitUntil } from '../lib/wait.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
/** Adverts of each instance, by its virtual router id. */
const INTERVALS_S: ReadonlyMap<number, number> = new Map([
  [51, 1],
  [52, 0.3],
]);
/** Of adverts and of health checks: the first one's time may have been set before the step. */
const SEEN_AFTER_STEP = 2;

before(() => {
  const isOwn = readFileSync('/proc/cpuinfo', 'latin1').includes('User Mode Linux');
  assert.ok(isOwn, 'this sets the clock: only in a user-mode kernel');
});

function configuration({ folder }: Host, priority: number): string {
  const instances = [...INTERVALS_S].map(
    ([virtualRouterId, intervalS]) => `vrrp_instance V${virtualRouterId} {
  interface eth0
  virtual_router_id ${virtualRouterId}
  priority ${priority}
  version 3
  advert_int ${intervalS}
  virtual_ipaddress {
    10.77.1.1${virtualRouterId}/24
  }
}
`,
  );
  return `${instances.join('')}virtual_server 10.77.1.151 80 {
  delay_loop 1
  lb_kind DR
  protocol TCP
  real_server 10.77.1.9 80 {
    MISC_CHECK {
      misc_path "/bin/sh -c 'echo >>${checksFile(folder)}'"
    }
  }
}
`;
}

function checksFile(folder: string): string {
  return join(folder, 'checks');
}

/** How often the server has been looked at. */
function checks({ folder }: Host): number {
  const file = checksFile(folder);
  return existsSync(file) ? readFileSync(file).length : 0;
}

void test('a step of the wall clock changes no state, and neither adverts nor checks pause', async (context) => {
  const lan = await Lan.create([
    { name: 'box1', address: '10.77.1.1/24' },
    { name: 'box2', address: '10.77.1.2/24' },
  ]);
  const capture = await Capture.start(lan.bridge);
  context.after(async () => {
    await capture.stop();
    await lan.destroy();
  });
  const owner = lan.host('box1');
  const [master, backup] = [owner, lan.host('box2')].map((host, index) => {
    // The owner takes over without waiting for anybody; it alone looks at the server.
    const isOwner = index === 0;
    const text = configuration(host, isOwner ? 255 : 100);
    return new Daemon(host, 'tandemd', { configuration: text, flags: isOwner ? [] : ['-P'] });
  }) as [Daemon, Daemon];
  const seen = (virtualRouterId: number): SeenAdvert[] =>
    capture.adverts().filter((each) => each.virtualRouterId === virtualRouterId);

  const counts = (): number[] => [
    ...[...INTERVALS_S.keys()].map((id) => seen(id).length),
    checks(owner),
  ];
  const goOn = async (after: string, times: number): Promise<void> => {
    const least = counts().map((count) => count + times);
    const isEnough = (): boolean => counts().every((count, at) => count >= (least[at] ?? 0));
    await waitUntil(`adverts and checks go on after ${after}`, isEnough, { limitMs: 20_000 });
  };

  for (const daemon of [master, backup]) daemon.start();
  for (const daemon of [master, backup]) await daemon.ready();
  await goOn('the start', 1);
  const [saidBefore, seenBefore] = [
    [master, backup].map((daemon) => daemon.log().length),
    capture.frames.length,
  ];

  for (const stepS of [-HOUR_S, DAY_S, -DAY_S]) {
    await run(['date', '-s', `@${Math.round(Date.now() / 1000) + stepS}`]);
    await goOn(`a step of ${stepS} s`, SEEN_AFTER_STEP);
  }

  const entered = [master, backup].flatMap((daemon, at) =>
    daemon
      .log()
      .slice(saidBefore[at])
      .match(/Entering .*/g),
  );
  assert.deepEqual(entered, [null, null]);
  const during = capture.frames.slice(seenBefore).filter((frame) => frame.kind === 'advert');
  assert.deepEqual([...new Set(during.map(({ source }) => source))], ['10.77.1.1']);
  for (const [id, intervalS] of INTERVALS_S) {
    const moments = during
      .filter((each) => each.virtualRouterId === id)
      .map(({ readAt }) => readAt);
    const gaps = moments.slice(1).map((moment, at) => moment - (moments[at] ?? 0));
    const longest = Math.max(...gaps);
    // Three of them are what a backup waits.
    assert.ok(longest < 3000 * intervalS, `virtual router ${id} was silent for ${longest} ms`);
    context.diagnostic(`virtual router ${id}: ${gaps.length} gaps, the longest ${longest} ms`);
  }
});
