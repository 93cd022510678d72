import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigurationLoader } from '../../src/supervisor/load.ts';
import { reloadFileOf } from '../../src/supervisor/reload-file.ts';
import type { Loaded } from '../../src/supervisor/supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'tandem-load-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVER = `virtual_server 192.0.2.1 80 {
  lvs_sched rr
  lvs_method DR
  protocol TCP
  real_server 192.0.2.2 80 {
  }
}
`;

/** Of the address that an instance has, in the text of a configuration. */
function instance(address: string, more = ''): string {
  return `vrrp_instance A {
  ${more}
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    ${address}
  }
}
`;
}

/** A configuration file, its loader, and what to do with them. */
function fileOf(text: string): {
  readonly path: string;
  readonly started: Loaded;
  reload(next?: string): Loaded;
} {
  const path = join(mkdtempSync(join(folder, 'case-')), 'keepalived.conf');
  writeFileSync(path, text);
  const loader = new ConfigurationLoader(
    { configurationFile: path },
    { hasInterface: (name) => name === 'eth0' },
  );
  return {
    path,
    started: loader.load(),
    reload(next) {
      if (next !== undefined) writeFileSync(path, next);
      return loader.load();
    },
  };
}

test('-u comes before umask, at a start and at a reload', () => {
  const configurationFile = join(folder, 'umask.conf');
  writeFileSync(configurationFile, 'global_defs {\n  umask 0077\n}\n');
  const modeWith = (umask?: number): (number | undefined)[] => {
    const loader = new ConfigurationLoader({
      configurationFile,
      ...(umask !== undefined && { umask }),
    });
    return [loader.load(), loader.load()].map(({ settings }) => settings?.global.dumpMode);
  };
  expect(modeWith()).toEqual([0o600, 0o600]);
  expect(modeWith(0o22)).toEqual([0o644, 0o644]);
});

test.each(['net_namespace a', 'net_namespace_ipvs a', 'instance a', 'use_pid_dir'])(
  'a reload that would need the daemon elsewhere is refused: %s',
  (line) => {
    const file = fileOf(instance('10.9.0.100/24'));
    const { settings, diagnostics } = file.reload(`${line}\n${instance('10.9.0.100/24')}`);
    expect(settings).toBeUndefined();
    expect(diagnostics.at(-1)).toContain('can only change with a restart');
    expect(file.reload(instance('10.9.0.100/24')).settings).toBeDefined();
  },
);

test('a folder in the place of the file is nothing to run with', () => {
  const loader = new ConfigurationLoader({ configurationFile: folder });
  const { settings, diagnostics } = loader.load();
  expect(settings).toBeUndefined();
  expect(diagnostics).toEqual([
    expect.stringContaining('is a directory'),
    `${folder}: no file there can be read`,
  ]);
});

test('a reload of a good file is accepted', () => {
  const file = fileOf(instance('10.9.0.100/24'));
  const { settings } = file.reload(instance('10.9.0.101/24'));
  expect(settings?.vrrpInstances[0]?.addresses[0]?.address).toBe('10.9.0.101');
});

test('a start makes do with an empty file, and with what is not mistyped', () => {
  expect(fileOf('').started.settings?.vrrpInstances).toEqual([]);
  expect(fileOf(instance('10.9.0.300/24')).started.settings?.vrrpInstances).toHaveLength(1);
});

test('a reload that would end all instances and virtual servers is refused', () => {
  for (const nothing of ['', '# all gone\n', 'global_defs {\n  router_id A\n}\n']) {
    const { settings, diagnostics } = fileOf(`${instance('10.9.0.100/24')}${SERVER}`).reload(
      nothing,
    );
    expect(settings).toBeUndefined();
    expect(diagnostics.at(-1)).toMatch(/no vrrp_instance and no virtual_server any more, and 2 of/);
  }
});

test('a reload that leaves a virtual server is accepted, and so is one from nothing to nothing', () => {
  expect(fileOf(`${instance('10.9.0.100/24')}${SERVER}`).reload(SERVER).settings).toBeDefined();
  expect(fileOf('').reload('').settings).toBeDefined();
});

test('a reload of a file that became executable is refused, an included one as well', () => {
  const file = fileOf(instance('10.9.0.100/24'));
  chmodSync(file.path, 0o755);
  expect(file.reload().settings).toBeUndefined();
  const part = join(folder, 'part.conf');
  writeFileSync(part, instance('10.9.0.100/24'));
  const whole = fileOf(`include ${part}\n${SERVER}`);
  expect(whole.started.settings?.vrrpInstances).toHaveLength(1);
  chmodSync(part, 0o755);
  const { settings, diagnostics } = whole.reload();
  expect(settings).toBeUndefined();
  expect(diagnostics.join()).toContain('skipping it');
});

test('a reload with an error that was not there is refused, and the next without it is not', () => {
  const file = fileOf(instance('10.9.0.100/24'));
  const { settings, diagnostics } = file.reload(instance('10.9.0.300/24'));
  expect(settings).toBeUndefined();
  expect(diagnostics.join()).toContain('INVALID_ADDRESS');
  expect(diagnostics.at(-1)).toMatch(/there is an error in it that the running configuration/);
  expect(file.reload(instance('10.9.0.30/24')).settings).toBeDefined();
});

test('an error that is refused once is refused again', () => {
  const file = fileOf(instance('10.9.0.100/24'));
  file.reload(instance('10.9.0.300/24'));
  expect(file.reload().settings).toBeUndefined();
});

test('errors that what runs was read with do not matter, wherever their lines are by now', () => {
  const file = fileOf(instance('10.9.0.100/24', 'no_such_word'));
  const { settings } = file.reload(`\n\n${instance('10.9.0.101/24', 'no_such_word')}`);
  expect(settings?.vrrpInstances[0]?.addresses[0]?.address).toBe('10.9.0.101');
});

test('an interface that this box has not got is no error of the file', () => {
  const file = fileOf(instance('10.9.0.100/24'));
  expect(file.reload(instance('10.9.0.100/24 dev tunnel9')).settings).toBeDefined();
});

test('a reload of a file with a missing brace is refused', () => {
  const text = instance('10.9.0.100/24');
  const { settings, diagnostics } = fileOf(text).reload(text.slice(0, -2));
  expect(settings).toBeUndefined();
  expect(diagnostics.at(-1)).toContain('looks cut off');
});

test('keepalived.conf(5) reload_check_config: a reload with any mistake is refused, which is written down', () => {
  const wrong = join(folder, 'wrong.txt');
  const checked = (more = ''): string =>
    `global_defs {\n  reload_check_config ${wrong}\n${more}\n}\n${instance('10.9.0.100/24')}`;
  const file = fileOf(checked('no_such_keyword'));
  const { settings, diagnostics } = file.reload();
  expect(settings).toBeUndefined();
  expect(readFileSync(wrong, 'utf8')).toBe(`${diagnostics.join('\n')}\n`);
  expect(diagnostics.join()).toContain('no_such_keyword');
  expect(file.reload(checked('enable_snmp_vrrp')).settings).toBeDefined();
});

test('reload_file is there, and empty, while files are read at a reload, and gone afterwards', () => {
  const file = join(mkdtempSync(join(folder, 'case-')), 'keepalived.conf');
  const marker = `${file}.reload`;
  const seen: (number | undefined)[] = [];
  const loader = new ConfigurationLoader(
    { configurationFile: file },
    {
      hasInterface: () => {
        seen.push(statSync(marker, { throwIfNoEntry: false })?.size);
        return true;
      },
    },
  );
  const text = `global_defs {
  reload_file ${marker}
}
${instance('10.9.0.100/24')}`;
  const load = (): Loaded => {
    seen.length = 0;
    return loader.load();
  };
  writeFileSync(file, text);
  writeFileSync(marker, 'touched before a start');
  load();
  expect(existsSync(marker)).toBe(false);
  writeFileSync(marker, 'touched before a reload');
  load();
  expect(new Set(seen)).toEqual(new Set([0]));
  expect(existsSync(marker)).toBe(false);
  load();
  expect(new Set(seen)).toEqual(new Set([0]));
  writeFileSync(file, text.replace(/.*reload_file.*/, ''));
  load();
  expect(existsSync(marker)).toBe(false);
  load();
  expect(new Set(seen)).toEqual(new Set([undefined]));
});

test('a reload_file that is a link is left alone, and said; what it points at stays', () => {
  const path = join(mkdtempSync(join(folder, 'case-')), 'keepalived.conf');
  const globals = `global_defs {
  reload_file ${path}.reload
}
`;
  const file = fileOf(globals + instance('10.9.0.100/24'));
  writeFileSync(path, 'text');
  symlinkSync(path, `${path}.reload`);
  const { settings, diagnostics } = file.reload();
  expect(settings).toBeDefined();
  expect(diagnostics.at(-1)).toMatch(
    /^cannot write reload_file .*: too many symbolic links encountered$/,
  );
  expect(readFileSync(path, 'utf8')).toBe('text');
});

test('a bare reload_file is in the folder of the pid file', () => {
  const { settings } = fileOf('global_defs {\n  reload_file\n}\n').started;
  const at = (pidFile?: string): string | undefined =>
    settings && reloadFileOf(settings, pidFile === undefined ? {} : { pidFile });
  expect(at()).toBe('/run/keepalived.reload');
  expect(at('/tmp/a/b.pid')).toBe('/tmp/a/keepalived.reload');
});
