import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ToChild } from '../src/ipc.ts';
import type { Difference } from '../src/settings-difference.ts';
import {
  SettingsReceiver,
  SettingsSender,
  settingsFor,
  type SentToChild,
} from '../src/settings-transport.ts';
import { realServer, virtualServer } from './ipvs/settings.ts';
import { settings } from './settings.ts';

const mark = (number: number) => ({ kind: 'fwmark', mark: number, family: 4 }) as const;

/** Both ends of a channel, which makes JSON of messages. */
function channel() {
  const sender = new SettingsSender();
  const receiver = new SettingsReceiver();
  const sent: string[] = [];
  const pass = (message: ToChild): ToChild => {
    const text = JSON.stringify(sender.encode(message));
    sent.push(text);
    return receiver.decode(JSON.parse(text) as SentToChild);
  };
  const reload = (...marks: readonly (readonly [mark: number, weight: number])[]) => {
    const virtualServers = marks.map(([number, weight]) =>
      virtualServer({ key: mark(number), realServers: [realServer({ weight })] }),
    );
    const message = { type: 'reload', settings: settings({ virtualServers }) } as const;
    const got = pass(message) as typeof message;
    expect(got).toEqual(message);
    return got.settings.virtualServers;
  };
  return { pass, reload, sent };
}

test('virtual servers that have not changed stay the objects that they were', () => {
  const { reload } = channel();
  const first = reload([1, 1], [2, 1], [3, 1]);
  const second = reload([3, 1], [1, 1], [2, 5]);
  expect(second[0]).toBe(first[2]);
  expect(second[1]).toBe(first[0]);
  const third = reload([1, 1], [2, 5]);
  expect(third[0]).toBe(second[1]);
  expect(third[1]).toBe(second[2]);
});

test('only those that have changed are sent, and of all only what is not the same as before', () => {
  const { reload, sent } = channel();
  const many = Array.from({ length: 200 }, (_, i): [number, number] => [i + 1, 1]);
  const whole = JSON.stringify(reload(...many)).length;
  reload(...many.with(7, [8, 2]));
  expect(sent[0]?.length).toBeLessThan(whole / 5);
  expect(sent[1]?.length).toBeLessThan(whole / 20);
});

test('a receiver that has missed a message says so, and leaves out no virtual server', () => {
  const message = { type: 'reload', settings: settings({ virtualServers: [] }) } as const;
  const decode = (...virtualServers: readonly Difference[]) =>
    new SettingsReceiver().decode({ ...message, virtualServers });
  expect(() => decode(0)).toThrow('no virtual server is where number 0 was');
  expect(() => decode({})).toThrow('not here');
});

test('after any reloads the receiver has what was sent: servers that move, come, go, or are there twice', () => {
  const servers = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ max: 2, min: 1 })),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(fc.array(servers, { maxLength: 5 }), (reloads) => {
      const { reload } = channel();
      for (const each of reloads) reload(...each);
    }),
  );
});

test('other messages go as they are', () => {
  const { pass } = channel();
  expect(pass({ type: 'stop' })).toEqual({ type: 'stop' });
});

test('the vrrp process is spared the virtual servers, and hears of what it is to redirect', () => {
  const all = settings({ virtualServers: [virtualServer()] });
  expect(settingsFor('vrrp', all)).toEqual({ ...all, virtualServers: [] });
  const redirecting = virtualServer({ redirect: true });
  const some = settings({ virtualServers: [virtualServer(), redirecting] });
  const virtualServers = [{ ...redirecting, realServers: [] }];
  expect(settingsFor('vrrp', some)).toEqual({ ...some, virtualServers });
  expect(settingsFor('ipvs', all)).toBe(all);
});
