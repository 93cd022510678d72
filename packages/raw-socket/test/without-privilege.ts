import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Runs an expression over the package's exports in a process of its own that may do nothing special,
 * though it is root's: some builds of Node refuse seteuid().
 * @param expression - of TypeScript; throws a system error
 * @returns what identifies that error
 */
export function errorWithoutPrivilege(expression: string): unknown {
  const contents = `
    import * as addon from './src/index.ts';
    const { AF_INET, SOCK_RAW } = addon.constants;
    try { ${expression}; console.log('null'); }
    catch ({ code, errno, syscall }) { console.log(JSON.stringify({ code, errno, syscall })); }`;
  const { outputFiles } = buildSync({
    stdin: { contents, resolveDir: join(import.meta.dirname, '..'), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@tandem/source'],
    write: false,
  });
  const program = outputFiles[0]?.text ?? '';
  const node = [process.execPath, '--input-type=module', '-e', program];
  const without = ['--bounding-set', '-all', '--inh-caps', '-all'];
  const built = join(import.meta.dirname, '../build/Release/raw_socket.node');
  const env = { ...process.env, TANDEM_RAW_SOCKET_ADDON: built };
  return JSON.parse(execFileSync('setpriv', [...without, ...node], { encoding: 'utf8', env }));
}
