import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';
import { scriptPolicy } from '../src/script-policy.ts';

function policyOf(text: string) {
  const reader = { read: (path: string) => [{ path, text }] };
  return scriptPolicy(
    parseConfiguration({ path: 'a.conf', hostName: 'box', userName: 'root', reader }).settings,
  );
}

test('scripts run as the configuration says, whichever process runs them', () => {
  expect(policyOf('')).toEqual({ security: false, supplementaryGroups: false });
  expect(
    policyOf(
      'global_defs {\n  enable_script_security\n  script_user nobody\n  set_supplementary_groups\n}\n',
    ),
  ).toEqual({
    security: true,
    scriptUser: { user: 'nobody' },
    supplementaryGroups: true,
  });
});
