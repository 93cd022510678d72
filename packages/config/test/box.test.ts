import { configTestExitCode, parseConfiguration, type Box } from '@tandem/config';
import { expect, test } from 'vitest';

const INSTANCE = 'interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n';

/** The codes of what is wrong with a text on a box, notes aside, and the exit status. */
function judge(text: string, box: Box = {}): readonly (string | number)[] {
  const reader = { read: (path: string) => [{ path, text }] };
  const { diagnostics } = parseConfiguration({ path: 'a.conf', hostName: 'b', reader, box });
  const codes = diagnostics.filter((each) => each.severity !== 'note').map((each) => each.code);
  return [...codes, configTestExitCode(diagnostics)];
}

function instance(more: string): string {
  return `vrrp_instance A {\n${INSTANCE}${more}\n}\n`;
}

function secure(more: string): string {
  return `global_defs {\nenable_script_security\n${more}\n}\n`;
}

test('an instance needs an interface that the box has', () => {
  const box: Box = { hasInterface: (name) => name === 'eth0' };
  expect(judge(instance(''), box)).toEqual([0]);
  expect(judge(instance('interface eth9'), box)).toEqual(['UNKNOWN_INTERFACE', 5]);
  expect(judge(instance('interface lo'), {})).toEqual(['LOOPBACK_INTERFACE', 5]);
  const nameless = instance('').replace('interface eth0\n', '');
  expect(judge(nameless, box)).toEqual(['MISSING_INTERFACE', 5]);
});

test('a missing interface is pointed at where it is named, not at the vrf below it', () => {
  const text = instance('vrf blue');
  const { diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'b',
    reader: { read: (path: string) => [{ path, text }] },
    box: { hasInterface: () => false },
  });
  const missing = diagnostics.find(({ code }) => code === 'UNKNOWN_INTERFACE');
  expect(missing?.span?.line).toBe(2);
});

test('with dynamic_interfaces the interface of an instance, and those that it follows, may come later', () => {
  const box: Box = { hasInterface: () => false };
  const text = instance('track_interface {\neth1\n}\nvirtual_routes {\n10.1.0.0/16 dev eth2\n}');
  for (const globals of ['dynamic_interfaces', 'dynamic_interfaces allow_if_changes'])
    expect(judge(`global_defs {\n${globals}\n}\n${text}`, box)).toEqual([0]);
  expect(judge(text, box)).toEqual([
    'UNKNOWN_INTERFACE',
    'UNKNOWN_INTERFACE',
    'UNKNOWN_INTERFACE',
    5,
  ]);
});

test('a global script user needs an account', () => {
  const box: Box = { hasAccount: (user, group) => user === 'root' && group === undefined };
  expect(judge('global_defs {\nscript_user root\n}\n', box)).toEqual([0]);
  expect(judge('global_defs {\nscript_user root wheel\n}\n', box)).toEqual(['UNKNOWN_ACCOUNT', 5]);
});

test('with script security, scripts without a user need keepalived_script', () => {
  const box: Box = { hasAccount: (user) => user === 'root' };
  const script = instance('notify /bin/x');
  expect(judge(secure('') + script, box)).toEqual(['NO_SCRIPT_USER', 5]);
  expect(judge(secure('script_user root') + script, box)).toEqual([0]);
  expect(judge(secure('') + instance('notify /bin/x root'), box)).toEqual([0]);
});

test('scripts of other users get all their groups from setpriv, which the box must have', () => {
  const box: Box = {
    obstacleOf: (program) => (program === 'setpriv' ? 'it is missing' : undefined),
    hasAccount: (user) => user !== 'keepalived_script',
  };
  const groups = secure('script_user nobody\nset_supplementary_groups');
  expect(judge(groups + instance('notify /bin/x'), box)).toEqual(['NO_SETPRIV', 5]);
  expect(judge(groups + instance('notify /bin/x'), {})).toEqual([0]);
  expect(judge(groups + instance('notify /bin/x root'), box)).toEqual([0]);
  expect(judge(groups + instance(''), box)).toEqual([0]);
  const alone = secure('script_user nobody') + instance('notify /bin/x');
  expect(judge(alone, box)).toEqual([0]);
});

function trackedScript(more: string): string {
  return `vrrp_script s {\n${more}\n}\n${instance('')}`;
}

test('a script that its block or script_user gives an account needs no keepalived_script', () => {
  const box: Box = { hasAccount: (user) => user === 'root' };
  expect(judge(secure('') + trackedScript('script /bin/x'), box)).toEqual(['NO_SCRIPT_USER', 5]);
  expect(judge(secure('') + trackedScript('script /bin/x\nuser root'), box)).toEqual([0]);
  expect(judge(secure('') + trackedScript('user root\nscript /bin/x'), box)).toEqual([0]);
});

test('a script whose account the box does not have is not run, and needs no security', () => {
  const box: Box = { hasAccount: (user) => user === 'root' };
  expect(judge(instance('notify /bin/x nobody-here'), box)).toEqual([0]);
  expect(judge(instance('notify /bin/x root'), box)).toEqual(['SCRIPT_SECURITY_DISABLED', 6]);
  const unknown = trackedScript('script /bin/x\nuser nobody-here');
  expect(judge(unknown, box)).toEqual(['UNKNOWN_ACCOUNT', 5]);
});

test('a tracked script that cannot be run, or is refused, is said where there are instances', () => {
  const tracked = 'vrrp_script s {\nscript /bin/x\n}\n';
  const missing: Box = { obstacleOf: () => '/bin/x does not exist' };
  expect(judge(tracked, missing)).toEqual([0]);
  expect(judge(tracked + instance(''), missing)).toEqual(['SCRIPT_NOT_RUNNABLE', 5]);
  expect(judge(instance('notify /bin/x'), missing)).toEqual([0]);
  const weak: Box = { weaknessOf: () => '/bin can be written by everybody' };
  const withUser = (user: string): readonly (string | number)[] =>
    judge(secure(`script_user ${user}`) + tracked + instance(''), weak);
  expect(withUser('root')).toEqual(['SCRIPT_INSECURE', 5]);
  expect(withUser('nobody')).toEqual([0]);
});

test('scripts of VRRP are not run without an instance, and need no security then', () => {
  const script = 'vrrp_script s {\nscript /bin/x\n}\n';
  expect(judge(script)).toEqual([0]);
  expect(judge(script + instance(''))).toContain(6);
});

test('an empty command is nothing to complain of where templates write them', () => {
  expect(judge(instance('notify_master ""'))).toEqual([0]);
  expect(judge('vrrp_script s {\nscript ""\n}\n')).toContain(5);
});

test('of a notify script whose account does not exist a note is made at once', () => {
  const reader = { read: (path: string) => [{ path, text: instance('notify "/bin/x" ghost') }] };
  const box: Box = { hasAccount: (user) => user === 'root' };
  const { diagnostics } = parseConfiguration({ path: 'a.conf', hostName: 'b', reader, box });
  expect(diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    'note: vrrp_instance A: there is no account ghost',
  ]);
});
