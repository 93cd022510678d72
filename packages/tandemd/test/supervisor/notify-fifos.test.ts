import { expect, test } from 'vitest';
import type { NotifyFifoSettings } from '@tandem/config';
import { audibleFifos, NotifyFifos } from '../../src/supervisor/notify-fifos.ts';

const ALL: NotifyFifoSettings = { hears: 'all', path: '/a' };
const VRRP: NotifyFifoSettings = { hears: 'vrrp', path: '/v' };
const LVS: NotifyFifoSettings = { hears: 'lvs', path: '/l' };

/** FIFOs that note what happens to them, and the paths that somebody has removed. */
function noted(): {
  readonly happened: string[];
  readonly gone: Set<string>;
  readonly fifos: NotifyFifos;
} {
  const happened: string[] = [];
  const gone = new Set<string>();
  const fifos = new NotifyFifos(({ path }) => {
    happened.push(`open ${path}`);
    gone.delete(path);
    return {
      get isThere() {
        return !gone.has(path);
      },
      write: (line) => void happened.push(`${path} ${line}`),
      close: () => void happened.push(`close ${path}`),
    };
  });
  return { happened, gone, fifos };
}

test('each FIFO hears of what its keyword says', () => {
  const { happened, fifos } = noted();
  fifos.configure([ALL, VRRP, LVS]);
  happened.splice(0);
  fifos.tell('vrrp', 'instance');
  fifos.tell('ipvs', 'server');
  expect(happened).toEqual(['/a instance', '/v instance', '/a server', '/l server']);
});

test('a reload leaves alone what has not changed', () => {
  const { happened, fifos } = noted();
  fifos.configure([ALL, VRRP]);
  happened.splice(0);
  fifos.configure([ALL, { ...VRRP, script: { argv: ['/s'] } }]);
  expect(happened).toEqual(['close /v', 'open /v']);
  fifos.close();
  expect(happened.slice(2)).toEqual(['close /a', 'close /v']);
});

test('a reload makes one anew that somebody has removed', () => {
  const { happened, gone, fifos } = noted();
  fifos.configure([ALL, VRRP]);
  gone.add('/v');
  happened.splice(0);
  fifos.configure([ALL, VRRP]);
  fifos.tell('vrrp', 'line');
  expect(happened).toEqual(['close /v', 'open /v', '/a line', '/v line']);
});

test('a FIFO that nobody would tell anything is not wanted', () => {
  expect(audibleFifos([ALL, VRRP, LVS], ['vrrp'])).toEqual([ALL, VRRP]);
  expect(audibleFifos([ALL, VRRP, LVS], ['ipvs'])).toEqual([ALL, LVS]);
  expect(audibleFifos([ALL, VRRP, LVS], [])).toEqual([]);
});
