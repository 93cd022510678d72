import type { Random } from '../config-oracle/random.ts';

const IPV4 = [
  '10.0.0.1',
  '10.0.0.2',
  '127.0.0.1',
  '192.168.7.1',
  '200.1.2.3',
  '172.16.0.9',
  '9.9.9.9',
];
const IPV6 = ['2001:db8::1', 'fe80::7', 'fd00:1:2:3:4:5:6:7', '2001:db8:ffff::', '::1'];
const PORTS = [80, 443, 53, 514, 5060, 8080, 65_535, 1];
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sed', 'nq', 'fo', 'ovf'];
const SCHEDULING = [
  ...SCHEDULERS.map((each) => `-s ${each}`),
  '-s sh -b sh-port',
  '-s sh -b sh-fallback,sh-port',
  '-s mh -b mh-port',
  '-s mh -b mh-fallback,mh-port',
  '-s rr -b flag-1,flag-3',
];
const TUNNELS = [
  '',
  '--tun-type ipip',
  '--tun-type gre',
  '--tun-type gre --tun-csum',
  '--tun-type gue --tun-port 6080',
  '--tun-type gue --tun-port 6081 --tun-csum',
  '--tun-type gue --tun-port 6082 --tun-remcsum',
];

/**
 * @param random - decides about everything
 * @returns command lines that make a table; some name what is there already
 */
export function tableCommands(random: Random): readonly string[] {
  return Array.from({ length: 1 + random.below(8) }, () => serviceCommands(random)).flat();
}

function serviceCommands(random: Random): readonly string[] {
  const family = random.percent(65) ? 4 : 6;
  const kind = random.pick(['-t', '-t', '-u', '--sctp-service', '-f']);
  const name =
    kind === '-f'
      ? `-f ${1 + random.below(90)}${family === 6 ? ' -6' : ''}`
      : `${kind} ${endpoint(random, family)}`;
  const mask = family === 4 ? '255.255.240.0' : '48';
  const options = [
    random.pick(SCHEDULING),
    random.percent(40) ? `-p ${random.pick(['', '50', '3600'])}` : '',
    random.percent(40) ? `-M ${mask}` : '',
    kind === '-u' && random.percent(40) ? '-o' : '',
    kind === '-u' && random.percent(40) ? '--pe sip' : '',
  ];
  const servers = Array.from({ length: random.below(7) }, () => {
    const method = random.pick(['-g', '-m', '-i']);
    const own = method === '-i' && random.percent(40) ? 10 - family : family;
    const threshold = random.percent(30)
      ? `-x ${100 + random.below(900)} -y ${random.below(90)}`
      : '';
    const tunnel = method === '-i' ? random.pick(TUNNELS) : '';
    return `-a ${name} -r ${endpoint(random, own)} ${method} -w ${random.below(70_000)} ${threshold} ${tunnel}`;
  });
  return [`-A ${name} ${options.join(' ')}`, ...servers];
}

function endpoint(random: Random, family: number): string {
  const port = random.pick(PORTS);
  return family === 4 ? `${random.pick(IPV4)}:${port}` : `[${random.pick(IPV6)}]:${port}`;
}
