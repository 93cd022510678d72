import { parseConfiguration, unsupportedKeywords, type Diagnostic } from '@tandem/config';
import { expect, test } from 'vitest';

function diagnose(files: readonly string[]): readonly Diagnostic[] {
  const reader = {
    read: () => files.map((text, i) => ({ path: `${i}.conf`, text })),
  };
  return parseConfiguration({ path: '*', hostName: 'box1', reader }).diagnostics;
}

test('the list names keywords with their blocks, once each, and what does not happen', () => {
  const list = unsupportedKeywords();
  const names = list.map((each) => each.keyword);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('global_defs enable_dbus');
  expect(names).not.toContain('interface_up_down_delays');
  expect(names).not.toContain('garp_group');
  expect(names).not.toContain('linkbeat_use_polling');
  expect(list.find((each) => each.keyword === 'vrrp_instance vrf')?.lost).toBe(
    'the VRF is that of the interface, which a VMAC follows',
  );
});

test('a keyword without effect is said once per file', () => {
  const text = 'global_defs {\n  enable_dbus\n  enable_dbus\n}\n';
  const said = diagnose([text, text]).map((each) => [each.code, each.severity, each.span?.file]);
  expect(said).toEqual([
    ['ACCEPTED_WITHOUT_EFFECT', 'note', '0.conf'],
    ['ACCEPTED_WITHOUT_EFFECT', 'note', '1.conf'],
  ]);
});
