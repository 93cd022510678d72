import { expect, test } from 'vitest';
import { parseCommandLine, usage, type CommandLine } from '../../src/supervisor/command-line.ts';

function options(...words: string[]): CommandLine {
  const result = parseCommandLine(words);
  if (result.kind !== 'run') throw new Error(JSON.stringify(result));
  return result.options;
}

test('without options the defaults are those of keepalived', () => {
  expect(options()).toMatchObject({
    configurationFile: '/etc/keepalived/keepalived.conf',
    foreground: false,
    logConsole: false,
    logDetail: 0,
    logFacility: 3,
    pidFile: '/run/keepalived.pid',
    vrrpPidFile: '/run/vrrp.pid',
    ipvsPidFile: '/run/checkers.pid',
    bfdPidFile: '/run/bfd.pid',
    noBfd: false,
  });
});

const forms: readonly (readonly [string[], Partial<CommandLine>])[] = [
  [['-f', 'a.conf'], { configurationFile: 'a.conf' }],
  [['-fa.conf'], { configurationFile: 'a.conf' }],
  [['--use-file=a.conf'], { configurationFile: 'a.conf' }],
  [['--use-file', 'a.conf'], { configurationFile: 'a.conf' }],
  [['-nlDD'], { foreground: true, logConsole: true, logDetail: 2 }],
  [['--dont-f'], { foreground: true }],
  [['-P'], { onlyVrrp: true }],
  [['--check'], { onlyIpvs: true }],
  [['-B', '--bfd_pid=b'], { noBfd: true, bfdPidFile: 'b' }],
  [['-p', 'p', '-r', 'v', '-c', 'c'], { pidFile: 'p', vrrpPidFile: 'v', ipvsPidFile: 'c' }],
  [['-VIR'], { keepAddresses: true, keepIpvs: true, noRespawn: true }],
  [['-S', '2'], { logFacility: 18 }],
  [['-S', 'local7'], { logFacility: 23 }],
  [['-S', 'user'], { logFacility: 1 }],
  [['-t'], { configTest: {} }],
  [['-tlog'], { configTest: { file: 'log' } }],
  [['--config-test=log'], { configTest: { file: 'log' } }],
  [['-t', '-f', 'x'], { configTest: {}, configurationFile: 'x' }],
  [['-u', '027'], { umask: 0o27 }],
  [['--umask=0x12'], { umask: 0o22 }],
  [['-u18'], { umask: 0o22 }],
  [['-x', '--core-dump'], { withoutEffect: ['-x', '--core-dump'] }],
];
for (const [words, expected] of forms) {
  test(`${words.join(' ')} is understood`, () => {
    expect(options(...words)).toMatchObject(expected);
  });
}

const wrong: readonly (readonly [string[], string])[] = [
  [['-Q'], 'Unknown option -Q'],
  [['--nonsense'], 'Unknown option --nonsense'],
  [['-f'], 'Option -f needs an argument'],
  [['-u', '01000'], "Invalid umask '01000': a mode such as 0177"],
  [['-u', '0o22'], "Invalid umask '0o22': a mode such as 0177"],
  [
    ['--log'],
    'Option --log is ambiguous: --log-console, --log-json, --log-detail, --log-facility, --log-file',
  ],
  [['--vrrp=yes'], 'Option --vrrp takes no argument'],
  [['-S', 'mail'], "Invalid log facility 'mail': 0-7, local0-local7, user or daemon"],
  [['word'], "Unexpected argument 'word'"],
  [['--signum=HUP'], 'Unknown sigfunc HUP: one of STOP, RELOAD, DATA, STATS, JSON, STATS_CLEAR'],
];
for (const [words, message] of wrong) {
  test(`${words.join(' ')} is refused: ${message}`, () => {
    expect(parseCommandLine(words)).toEqual({ kind: 'error', message });
  });
}

test('signal numbers are those that exporters use', () => {
  const numbers = ['STOP', 'RELOAD', 'DATA', 'STATS', 'JSON', 'STATS_CLEAR'].map((word) =>
    parseCommandLine([`--signum=${word}`]),
  );
  expect(numbers).toEqual([15, 1, 10, 12, 36, 63].map((number) => ({ kind: 'signal', number })));
});

test('the help names every option and says which do nothing yet', () => {
  const text = usage();
  expect(text).toContain('-f, --use-file=FILE');
  expect(text).toMatch(/--snmp .*\(no effect yet\)/);
  expect(text).not.toMatch(/--version .*\(no effect yet\)/);
  expect(parseCommandLine(['-h'])).toEqual({ kind: 'help' });
  expect(parseCommandLine(['-n', '--version'])).toEqual({ kind: 'version' });
});
