import { parseConfiguration, type Configuration } from '@tandem/config';
import { seconds, ZERO } from '@tandem/time';
import { expect, test } from 'vitest';

function parse(entries: string, instance = ''): Configuration {
  const text = `interface_up_down_delays {
${entries}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.77.0.100
  }
  ${instance}
}
`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
}

test('interface_up_down_delays: without a second delay the first is for both; the last line of an interface counts', () => {
  const { settings, diagnostics } = parse('eth0 1\neth1 60 0\neth2\neth0 0.5');
  expect(diagnostics).toEqual([]);
  expect(settings.global.linkDelays).toEqual([
    { interface: 'eth0', down: seconds(0.5), up: seconds(0.5) },
    { interface: 'eth1', down: seconds(60), up: ZERO },
    { interface: 'eth2', down: ZERO, up: ZERO },
  ]);
});

test('a delay of 255 s is right, and one of more is none', () => {
  const { settings, diagnostics } = parse('eth1 255\neth2 1 256');
  expect(diagnostics.map(({ code, span }) => [code, span?.line])).toEqual([
    ['NUMBER_OUT_OF_RANGE', 3],
  ]);
  expect(settings.global.linkDelays?.[1]).toMatchObject({ down: seconds(1), up: seconds(1) });
});

test('a delay that is too long for an instance of its interface is a warning', () => {
  for (const [entries, instance, message] of [
    ['eth0 1.9', '', undefined],
    ['eth0 1.997', '', '1.996094 s is used'],
    ['eth0 1 2', '', '1.996094 s is used'],
    ['eth0 2', 'advert_int 2', undefined],
    ['eth0 3', 'down_timer_adverts 5', undefined],
    ['eth1 9', '', undefined],
  ] as const) {
    const { diagnostics } = parse(entries, instance);
    const said = diagnostics.map(({ message: text }) => text.split('; ').at(-1));
    expect(said, `${entries} ${instance}`).toEqual(message === undefined ? [] : [message]);
    expect(diagnostics.map(({ severity }) => severity)).toEqual(said.map(() => 'warning'));
  }
});
