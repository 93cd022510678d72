import type { ReloadOutcome } from '@tandem/status';
import { ask } from './control.ts';

/**
 * Asks for a reload and says what came of it.
 * @param control - path of the control socket
 * @returns the exit status: 0 accepted, 1 refused (the configuration before it is running)
 * @throws ControlError when the daemon does not answer
 */
export async function reload(control: string): Promise<number> {
  const answer = (await ask(control, 'POST', '/v1/reload')) as ReloadOutcome;
  for (const diagnostic of answer.diagnostics) process.stderr.write(`${diagnostic}\n`);
  process.stdout.write(
    answer.accepted ? 'reloaded\n' : 'refused: the configuration before it is running\n',
  );
  return answer.accepted ? 0 : 1;
}
