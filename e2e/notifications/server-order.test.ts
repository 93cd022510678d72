// kernel: ipvs, no clock
// Beside keepalived: what FIFOs, their script and notify scripts are told of servers at a start, a
// reload and a stop comes in the same order, with rs_init_notifies and without.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lan } from '../lib/lan.ts';
import { ServerBox } from './server-box.ts';

/** Something that happens, and the lines that tell of it in order. */
interface Event {
  readonly name: string;
  readonly cause: (box: ServerBox) => void | Promise<void>;
  readonly lines: readonly string[];
}

const [WEB, GROUP, MARK] = ['[10.30.6.100]:tcp:80', '[MANY]:0', 'FWM 5'];
const [LEAVING, NEW] = ['[10.30.6.103]:tcp:80', '[10.30.6.104]:tcp:80'];

const BEFORE_STOP: readonly Event[] = [
  {
    name: 'a start: only a server with alpha waits for its check',
    cause: (box) => box.start(),
    lines: [
      begins(83, WEB),
      begins(81, WEB),
      `VS ${WEB} UP`,
      begins(83, GROUP),
      begins(84, GROUP),
      `VS ${GROUP} UP`,
      begins(84, MARK, 'none'),
      `VS ${MARK} UP`,
      begins(83, LEAVING),
      begins(84, LEAVING),
      `VS ${LEAVING} UP`,
      `RS [127.0.0.1]:tcp:82 ${WEB} UP`,
    ],
  },
  {
    name: 'a server that fails',
    cause: (box) => box.refuse(81, true),
    lines: [`RS [127.0.0.1]:tcp:81 ${WEB} DOWN`],
  },
  {
    name: 'the end of it',
    cause: (box) => box.refuse(81, false),
    lines: [`RS [127.0.0.1]:tcp:81 ${WEB} UP`],
  },
  {
    name: 'a reload: all that goes, and then all that comes',
    cause: (box) => box.reload(),
    lines: [
      `RS [127.0.0.1]:tcp:83 ${WEB} DOWN`,
      `RS [127.0.0.1]:tcp:84 ${GROUP} DOWN`,
      `RS [127.0.0.1]:tcp:83 ${LEAVING} DOWN`,
      `RS [127.0.0.1]:tcp:84 ${LEAVING} DOWN`,
      `VS ${LEAVING} DOWN`,
      begins(83, NEW),
      `VS ${NEW} UP`,
      begins(85, WEB),
      begins(86, GROUP),
    ],
  },
];

const STOP: readonly string[] = [
  `RS [127.0.0.1]:tcp:83 ${GROUP} DOWN`,
  `RS [127.0.0.1]:tcp:86 ${GROUP} DOWN`,
  `VS ${GROUP} DOWN`,
];

/** Of that one, only with rs_init_notifies anything is told. */
function begins(port: number, service: string, protocol = 'tcp'): string {
  return `begins RS [127.0.0.1]:${protocol}:${port} ${service} UP`;
}

const IMPLEMENTATIONS = ['keepalived', 'tandemd'] as const;
const PLANS = [true, false].flatMap((isInit, i) =>
  IMPLEMENTATIONS.map((implementation, j) => ({
    name: `${implementation}${i}`,
    address: `10.30.${i}.${j + 1}/24`,
    implementation,
    isInit,
  })),
);

void test('the order in which servers are told of', async (context) => {
  const lan = await Lan.create(PLANS);
  context.after(() => lan.destroy());
  for (const { name, implementation, isInit } of PLANS) {
    const title = `${implementation} ${isInit ? 'with' : 'without'} rs_init_notifies`;
    await context.test(title, async () => {
      const box = await ServerBox.create(lan.host(name), implementation, isInit);
      const told = (lines: readonly string[]): readonly string[] =>
        lines
          .filter((line) => isInit || !line.startsWith('begins '))
          .map((line) => line.replace(/^begins /, ''));
      for (const event of BEFORE_STOP) {
        const lines = told(event.lines);
        await event.cause(box);
        const wanted = { lvs: lines, follower: lines, scripts: lines };
        assert.deepEqual(await box.news(wanted), wanted, `${event.name}\n${box.daemon.log()}`);
      }
      const starts = [`all ${box.path('all')}`];
      // keepalived makes the FIFO anew at a reload, and starts its script again.
      assert.deepEqual(
        box.followers(),
        implementation === 'keepalived' ? [...starts, ...starts] : starts,
      );
      await box.daemon.stop();
      // keepalived ends its script before it tells of the stop.
      const isLeft = implementation === 'keepalived';
      const wanted = { lvs: STOP, follower: isLeft ? [] : STOP, scripts: STOP };
      const news = await box.news(wanted);
      const seen = isLeft ? { ...news, follower: [] } : news;
      assert.deepEqual(seen, wanted, box.daemon.log());
      assert.equal(box.hasFifos(), false);
      await box.close();
    });
  }
});
