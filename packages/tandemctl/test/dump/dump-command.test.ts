import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dump } from '../../src/dump/dump-command.ts';
import { TestFolder } from '../test-folder.ts';

const MAIN = `$PRIO=150
include more.conf
~LST(N, A, B) vrrp_script \${N} { script "/bin/check '\${N} x'" }
vrrp_instance A {
  virtual_router_id 10
  @main priority \${PRIO}
  @^main priority 100
  virtual_ipaddress {
    10.0.0.1/24 dev eth0
  }
}
`;
const folder = new TestFolder();
folder.write('main.conf', MAIN);
folder.write('more.conf', 'global_defs {\n  router_id box\n}\n');

/** Paths of the folder shortened. */
function run(name: string, options: Parameters<typeof dump>[1]): ReturnType<typeof dump> {
  const result = dump(join(folder.path, name), options);
  const shorten = (text: string): string => text.replaceAll(`${folder.path}/`, '');
  return { ...result, output: shorten(result.output), errors: shorten(result.errors) };
}

test('conf shows what is left after includes, definitions, conditions and repetition', () => {
  const { output, errors, exitCode } = run('main.conf', { format: 'conf', configId: 'main' });
  expect(output).toBe(`global_defs {
  router_id box
}

vrrp_script A {
  script "/bin/check 'A x'"
}

vrrp_script B {
  script "/bin/check 'B x'"
}

vrrp_instance A {
  virtual_router_id 10
  priority 150
  virtual_ipaddress {
    10.0.0.1/24 dev eth0
  }
}
`);
  expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
});

test('origins stand behind the lines of conf', () => {
  const { output } = run('main.conf', { format: 'conf', origins: true });
  expect(output).toMatch(/^ {2}router_id box +# more\.conf:2$/m);
  expect(output).toMatch(/^ {2}priority 100 +# main\.conf:7$/m);
  expect(output).toMatch(/^ {4}10\.0\.0\.1\/24 dev eth0 +# main\.conf:9$/m);
});

test('json is the document, and with origins both', () => {
  const plain = JSON.parse(run('main.conf', { format: 'json', configId: 'main' }).output);
  expect(plain.vrrp_instance).toEqual([
    {
      name: 'A',
      virtual_router_id: 10,
      priority: 150,
      virtual_ipaddress: [{ address: '10.0.0.1/24', dev: 'eth0' }],
    },
  ]);
  const both = JSON.parse(run('main.conf', { format: 'json', origins: true }).output);
  expect(both.document.global_defs).toEqual({ router_id: 'box' });
  expect(both.origins['/vrrp_instance/0/virtual_ipaddress/0']).toBe('main.conf:9');
});

test('what is wrong is left out, and said', () => {
  folder.write('wrong.conf', 'vrrp_instance A {\n  virtual_router_id 10\n  advert_int 300\n}\n');
  const { output, errors, exitCode } = run('wrong.conf', { format: 'conf' });
  expect(output).toBe('vrrp_instance A {\n  virtual_router_id 10\n}\n');
  expect(errors).toMatch(/^wrong\.conf:3:14: error\[NUMBER_OUT_OF_RANGE\]/);
  expect(exitCode).toBe(1);
});

test('in place of a priority that is wrong stands the one that is used, whatever else would make it', () => {
  folder.write('wrong.conf', 'vrrp_instance A {\n  virtual_router_id 10\n  priority 300\n}\n');
  const { output, errors, exitCode } = run('wrong.conf', { format: 'conf' });
  expect(output).toBe('vrrp_instance A {\n  virtual_router_id 10\n  priority 100\n}\n');
  expect(errors).toMatch(/^wrong\.conf:3:12: error\[NUMBER_OUT_OF_RANGE\]/);
  expect(exitCode).toBe(1);
});

test('a file that is left out is said, and so is that the dump is not all where nobody knows what is in it', () => {
  symlinkSync('circle.conf', join(folder.path, 'circle.conf'));
  chmodSync(folder.write('x.conf', ''), 0o755);
  folder.write('skips.conf', 'include x.conf\ninclude none.conf\n');
  const skips = run('skips.conf', { format: 'conf' });
  expect(skips.errors).toMatch(
    /^skips\.conf:1:1: warning\[FILE_SKIPPED\].*^skips\.conf:2:1: note/ms,
  );
  expect(skips.exitCode).toBe(0);
  folder.write('lacks.conf', 'include circle.conf\n');
  const lacks = run('lacks.conf', { format: 'conf' });
  expect(lacks.errors).toContain('cannot be read: too many symbolic links encountered');
  expect(lacks.exitCode).toBe(1);
});

test('a file that cannot be read exits 2', () => {
  const { output, errors, exitCode } = run('missing.conf', { format: 'json' });
  expect({ output, exitCode }).toEqual({ output: '', exitCode: 2 });
  expect(errors).toContain('FILE_MISSING');
});

test('globals that come too late to reach an instance stay after it in conf, and are pointed out in json', () => {
  const instance =
    'vrrp_instance A {\n  virtual_router_id 10\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n';
  folder.write('late.conf', `${instance}global_defs {\n  vrrp_version 3\n}\n`);
  const conf = run('late.conf', { format: 'conf' });
  expect(conf).toEqual({
    output: `${instance}\nglobal_defs {\n  vrrp_version 3\n}\n`,
    errors: '',
    exitCode: 0,
  });
  const json = run('late.conf', { format: 'json' });
  expect(json.errors).toMatch(/^late\.conf: note: here global_defs comes first/);
  expect(json.exitCode).toBe(0);
});
