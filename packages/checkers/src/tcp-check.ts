/** TCP_CHECK: a connection that stands, and is closed again. */
import type { NetworkProbe } from '@tandem/health';
import { Stream, type StreamNews } from '@tandem/raw-socket';
import { inSeconds } from '@tandem/time';
import { forgetAbort, onAbort } from './abort.ts';
import type { Outcome } from './connection.ts';
import { OWN_DEADLINES, type Deadline, type Deadlines } from './deadlines.ts';
import { asFailure, failure, failureOf } from './failure.ts';
import { routeTo } from './target-address.ts';

/** Whom to connect to. */
export type TcpProbe = Pick<NetworkProbe, 'target' | 'connectTimeout'>;

/**
 * @param probe - whom to connect to
 * @param signal - ends the attempt with `aborted`
 * @param deadlines - for its limit; absent: those of few attempts
 * @returns success, or why not; never throws
 */
export function tcpCheck(
  probe: TcpProbe,
  signal: AbortSignal,
  deadlines: Deadlines = OWN_DEADLINES,
): Promise<Outcome> {
  if (signal.aborted) return Promise.resolve(failure('aborted', 'aborted before it began'));
  return new Promise((resolve) => {
    new Knock(probe, signal, { deadlines, resolve }).begin();
  });
}

/** One connection under way: its limit, and its end. */
class Knock {
  readonly #probe: TcpProbe;
  readonly #signal: AbortSignal;
  readonly #deadlines: Deadlines;
  readonly #resolve: (outcome: Outcome) => void;
  #limit: Deadline | undefined;
  #stream: Stream | undefined;

  constructor(
    probe: TcpProbe,
    signal: AbortSignal,
    rest: { readonly deadlines: Deadlines; readonly resolve: (outcome: Outcome) => void },
  ) {
    this.#probe = probe;
    this.#signal = signal;
    this.#deadlines = rest.deadlines;
    this.#resolve = rest.resolve;
  }

  begin(): void {
    const { target, connectTimeout } = this.#probe;
    try {
      this.#stream = Stream.connect(routeTo(target), this.#hear);
    } catch (error) {
      return this.#resolve(asFailure(error));
    }
    this.#limit = this.#deadlines.after(connectTimeout, this.#late);
    onAbort(this.#signal, this.#abort);
  }

  readonly #hear = ({ canWrite, failed }: StreamNews): void => {
    const error = failed ? this.#stream?.takeError() : undefined;
    if (error !== undefined) this.#finish(failureOf(error));
    else if (canWrite) this.#finish({ ok: true });
  };

  readonly #abort = (): void => this.#finish(failure('aborted', 'aborted'));

  readonly #late = (): void => {
    const limit = inSeconds(this.#probe.connectTimeout);
    this.#finish(failure('connect-timeout', `no connection within ${limit} s`));
  };

  /** Nothing more is heard of it then. */
  #finish(outcome: Outcome): void {
    this.#deadlines.cancel(this.#limit);
    forgetAbort(this.#signal, this.#abort);
    this.#stream?.close();
    this.#resolve(outcome);
  }
}
