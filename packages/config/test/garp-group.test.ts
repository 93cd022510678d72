import { parseConfiguration, type Configuration } from '@tandem/config';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';

function parse(text: string): Configuration {
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
}

test('a garp_group has its intervals and all the interfaces that it names', () => {
  const { settings, diagnostics } = parse(`garp_group {
  garp_interval 0.5
  gna_interval 0.2
  interface eth0
  interfaces {
    eth1 eth2
    eth3
  }
}
garp_group {
  gna_interval 0.1
  interface eth4
}
`);
  expect(diagnostics).toEqual([]);
  expect(settings.global.garpGroups).toEqual([
    {
      interfaces: ['eth0', 'eth1', 'eth2', 'eth3'],
      garpInterval: seconds(0.5),
      gnaInterval: seconds(0.2),
    },
    { interfaces: ['eth4'], gnaInterval: seconds(0.1) },
  ]);
  expect(parse('').settings.global.garpGroups).toBeUndefined();
});

test('an interface stays in the first group that has it', () => {
  const { settings, diagnostics } = parse(`garp_group {
  garp_interval 0.5
  interface eth0
}
garp_group {
  garp_interval 1
  interfaces {
    eth0
    eth1
  }
}
`);
  expect(diagnostics.map(({ code }) => code)).toEqual(['DUPLICATE_INTERFACE']);
  expect(settings.global.garpGroups?.map(({ interfaces }) => interfaces)).toEqual([
    ['eth0'],
    ['eth1'],
  ]);
});

test('a group without an interval is left out', () => {
  const { settings, diagnostics } = parse('garp_group {\n  interface eth0\n}\n');
  expect(diagnostics.map(({ code }) => code)).toEqual(['MISSING_KEYWORD']);
  expect(settings.global.garpGroups).toBeUndefined();
});
