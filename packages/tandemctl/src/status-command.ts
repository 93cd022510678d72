import { formatStatus, HEALTH_EXIT_STATUS, judge, type StatusSnapshot } from '@tandem/status';
import { ask } from './control.ts';

/** Options of `tandemctl status`. */
export interface StatusOptions {
  readonly control: string;
  readonly json?: boolean;
  readonly watch?: boolean;
}

const WATCH_PERIOD_MS = 1000;

/**
 * Prints what the node is doing, once or every second until interrupted.
 * @returns the exit status: 0 good, 1 degraded, 2 down
 * @throws ControlError when the daemon does not answer
 */
export async function showStatus(options: StatusOptions): Promise<number> {
  for (;;) {
    const snapshot = (await ask(options.control, 'GET', '/v1/status')) as StatusSnapshot;
    const page = options.json
      ? `${JSON.stringify(snapshot, undefined, 2)}\n`
      : formatStatus(snapshot, Date.now());
    if (!options.watch) {
      process.stdout.write(page);
      return HEALTH_EXIT_STATUS[judge(snapshot)];
    }
    process.stdout.write(process.stdout.isTTY ? `\u001B[H\u001B[2J${page}` : page);
    await new Promise((resolve) => setTimeout(resolve, WATCH_PERIOD_MS));
  }
}
