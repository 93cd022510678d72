import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  clusterDiagnostics,
  findTraps,
  parseConfiguration,
  type Diagnostic,
  type Outline,
} from '@tandem/config';
import { parseIp, type IpAddress } from '@tandem/inet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TRAP_CODES } from '../../src/catalogue/traps.ts';

const folder = join(import.meta.dirname, '../../../../configs/examples');
const EXAMPLES = readdirSync(folder)
  .filter((each) => each.endsWith('.conf'))
  .map((name) => readFileSync(join(folder, name), 'utf8').split('\n'));

/** A box on which every question is answered with the worst. */
const BOX = {
  prefixesOf: () => [{ address: parseIp('203.0.113.9') as IpAddress, length: 24 }],
  obstacleOf: () => 'it is missing',
  weaknessOf: () => 'it is weak',
};

function inspect(text: string): { diagnostics: readonly Diagnostic[]; outline: Outline } {
  const outlines: Outline[] = [];
  const { diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    box: BOX,
    reader: { read: (path) => [{ path, text }] },
    inspect(outline) {
      findTraps(outline);
      outlines.push(outline);
    },
  });
  const [outline] = outlines;
  if (outline === undefined) throw new Error('nobody has looked at the text');
  return { diagnostics, outline };
}

/** The codes of the traps that an instance with these lines is in. */
function trapsOf(lines: string, before = ''): string[] {
  const text = `${before}vrrp_instance A {\ninterface eth0\nvirtual_router_id 10\nvirtual_ipaddress {\n10.0.0.1/24\n}\n${lines}\n}\n`;
  const { diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    reader: { read: (path) => [{ path, text }] },
    inspect: findTraps,
  });
  return diagnostics.map((each) => each.code).filter((each) => Object.hasOwn(TRAP_CODES, each));
}

test('no example with lines lost or swapped makes a trap or a comparison throw', () => {
  const mutant = fc
    .tuple(fc.constantFrom(...EXAMPLES), fc.array(fc.nat(), { minLength: 1, maxLength: 6 }))
    .map(([lines, picks]) => {
      const changed = [...lines];
      for (const pick of picks) {
        const at = pick % changed.length;
        const [line = ''] = changed.splice(at, 1);
        if (pick % 3 === 0) changed.splice((pick * 7) % (changed.length + 1), 0, line);
      }
      return changed.join('\n');
    });
  fc.assert(
    fc.property(mutant, mutant, (one, other) => {
      const [a, b] = [inspect(one), inspect(other)];
      const lines = one.split('\n');
      for (const { span } of a.diagnostics) {
        if (span !== undefined) expect(lines[span.line - 1]?.length).toBeGreaterThanOrEqual(1);
      }
      clusterDiagnostics([
        { name: 'a', outline: a.outline },
        { name: 'b', outline: b.outline },
      ]);
    }),
    { seed: 1, numRuns: 150 },
  );
});

test.each([
  ['advert_int 3', []],
  ['advert_int 4', ['SLOW_TAKEOVER']],
  ['advert_int 3\ndown_timer_adverts 4', ['SLOW_TAKEOVER']],
  ['priority 254\ntrack_interface {\neth1 weight 1\n}', ['TRACKER_WEIGHT_CLAMPED']],
  ['priority 253\ntrack_interface {\neth1 weight 1\n}', []],
  ['priority 51\ntrack_interface {\neth1 weight -50\n}', []],
  ['priority 50\ntrack_interface {\neth1 weight -50\n}', ['TRACKER_WEIGHT_CLAMPED']],
  ['priority 200\ntrack_interface {\neth1 weight -100 reverse\n}', []],
  ['state MASTER\npriority 150', []],
  ['state MASTER', ['PRIORITY_FROM_STATE']],
  ['smtp_alert off', []],
  ['skip_check_adv_addr on', []],
  ['skip_check_adv_addr off', ['FLAG_TURNED_OFF']],
  ['priority 100 #comment', []],
  ['priority 100 # !', []],
  ['unicast_src_ip 10.0.0.2\nunicast_peer {\n10.0.0.3\n}', []],
])('an instance with %j is in the traps %j', (lines, expected) => {
  expect(trapsOf(lines)).toEqual(expected);
});

test('the weight of a vrrp_track_process is the first that is not 0', () => {
  const track = 'priority 250\ntrack_process {\np\n}';
  const process = 'vrrp_track_process p {\nprocess sh\n';
  const small = trapsOf(track, `${process}weight 3\nweight 9\n}\n`);
  expect(small).not.toContain('TRACKER_WEIGHT_CLAMPED');
  const great = trapsOf(track, `${process}weight 0\nweight 9\nweight 3\n}\n`);
  expect(great).toContain('TRACKER_WEIGHT_CLAMPED');
});

test.each([
  ['auth_pass p#ss', 1],
  ['auth_pass "p#ss"', 0],
  ['auth_pass pass#', 0],
  ['auth_pass p\\#ss', 0],
  ['auth_pass pass # word', 0],
])('a comment sign in %j is inside a word %i times', (line, times) => {
  const lines = `authentication {\nauth_type PASS\n${line}\n}`;
  expect(trapsOf(lines).filter((each) => each === 'COMMENT_INSIDE_WORD')).toHaveLength(times);
});

test.each([
  ['authentication {\nauth_pass x\n}', ['PASSWORD_WITHOUT_TYPE']],
  ['authentication {\nauth_type PASS\nauth_pass x\n}', []],
  ['authentication {\nauth_pass x\n}\nauthentication {\nauth_type AH\n}', []],
  ['authentication {\nauth_type MD5\nauth_pass x\n}', []],
  ['authentication {\n}', []],
  ['version 3\nauthentication {\nauth_pass x\n}', []],
])(
  'an instance that says %j has the traps %j of a password without its type',
  (lines, expected) => {
    expect(trapsOf(lines)).toEqual(expected);
  },
);

test.each([
  ['timeout 5', ['SCRIPT_SLOWER_THAN_INTERVAL']],
  ['interval 9\ninterval 2\ntimeout 5', ['SCRIPT_SLOWER_THAN_INTERVAL']],
  ['interval 2\ninterval 9\ntimeout 5', []],
  ['interval 2\ntimeout 5\ntimeout 1', []],
  ['interval 2\ntimeout 5\ntimeout never', ['SCRIPT_SLOWER_THAN_INTERVAL']],
  ['interval 9', []],
])('a script with %j is slower than its interval by what is in effect: %j', (lines, expected) => {
  const script = `vrrp_script chk {\nscript /bin/true\n${lines}\n}\n`;
  expect(trapsOf('track_script {\nchk\n}', script)).toEqual(expected);
});

test('strict mode lets packets through for the owner, and with accept in version 3', () => {
  const strict = 'global_defs {\nvrrp_strict\n}\n';
  expect(trapsOf('', strict)).toEqual(['STRICT_DROPS_PACKETS']);
  expect(trapsOf('version 3\naccept', strict)).toEqual([]);
  expect(trapsOf('state MASTER\npriority 255', strict)).toEqual([]);
  expect(trapsOf('strict_mode off', strict)).toEqual([]);
});
