/** The program: prints the digest of a page for an HTTP_GET checker. */
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { endOnOutputError } from './output-error.ts';
import { run } from './run.ts';

process.stdout.on('error', endOnOutputError);

process.exitCode = await run(process.argv.slice(2), {
  name: basename(process.argv[1] ?? 'genhash').replace(/\.mjs$/, ''),
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  now: () => performance.now(),
  pause: (milliseconds) => setTimeout(milliseconds),
});
