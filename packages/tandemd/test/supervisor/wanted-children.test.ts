import { expect, test } from 'vitest';
import { settingsOf } from '../../../bfd/test/sessions.ts';
import { idleSessions, wantedChildren } from '../../src/supervisor/wanted-children.ts';
import { settings } from '../settings.ts';

const OPTIONS = { onlyVrrp: false, onlyIpvs: false, noBfd: false };

test('where -B keeps sessions from being run, that is a problem', () => {
  const following = settings({ bfdSessions: [settingsOf()] });
  expect(wantedChildren(following, OPTIONS)).toEqual(['bfd']);
  expect(idleSessions(following, OPTIONS)).toEqual([]);
  expect(wantedChildren(following, { ...OPTIONS, noBfd: true })).toEqual([]);
  expect(idleSessions(following, { noBfd: true })).toEqual([
    'BFD is not run because of -B, and whoever follows it finds it down: B1',
  ]);
  expect(idleSessions(settings({ bfdSessions: [] }), { noBfd: true })).toEqual([]);
});
