/**
 * TLS on a line. Nothing is verified: a check asks whether a page comes, not who sends it.
 */
import { Duplex } from 'node:stream';
import type * as tls from 'node:tls';
import type { CheckTarget, TlsSettings } from '@tandem/health';
import { failure, failureOf, type Failure } from './failure.ts';
import { ownCertificate } from './own-certificate.ts';
import { openLine, type Line, type LineListener } from './line.ts';

/** Of node:tls, which most programs never load. */
type Tls = Pick<typeof tls, 'connect' | 'createSecureContext'>;

/** How TLS is spoken. */
export interface SecureOptions {
  /** Name sent in the handshake (SNI); absent: none. */
  readonly serverName?: string;
  /** Shown to a server that asks. */
  readonly own?: TlsSettings;
  /** An end of the connection without an end of TLS is a failure. */
  readonly properEnd?: boolean;
}

/**
 * @param target - where to, and how from here
 * @param secure - how TLS is spoken
 * @param listener - hears of the connection inside, once the handshake is done
 * @returns the line, or why there is none
 */
export function openSecureLine(
  target: CheckTarget,
  secure: SecureOptions & { readonly speak: Tls },
  listener: LineListener,
): Line | Failure {
  const outside = new Outside();
  let isConnected = false;
  const line = openLine(target, {
    advanced: () => listener.advanced(),
    connected: () => {
      listener.advanced();
      handshake();
    },
    heard: (bytes) => {
      if (!isConnected) listener.advanced();
      outside.push(Buffer.from(bytes));
    },
    ended: () => outside.hangUp(),
    failed: (why) => listener.failed(why),
  });
  if ('reason' in line) return line;
  outside.line = line;
  let inside: tls.TLSSocket | undefined;
  const handshake = (): void => {
    const { serverName, own, speak, properEnd = false } = secure;
    const options: tls.ConnectionOptions = {
      socket: outside,
      rejectUnauthorized: false,
      ...(own && { secureContext: ownCertificate(own, speak.createSecureContext) }),
      ...(serverName !== undefined && { servername: serverName }),
    };
    inside = speak.connect(options, () => {
      isConnected = true;
      listener.connected();
    });
    inside.on('error', (error) =>
      listener.failed(isConnected ? failureOf(error) : failure('handshake', wordsOf(error))),
    );
    inside.on('data', (bytes: Buffer) => listener.heard(bytes));
    inside.on('end', () => {
      if (!isConnected) listener.failed(failure('reset', 'connection closed in the handshake'));
      else if (properEnd && outside.hasEnded)
        listener.failed(failure('reset', 'connection closed without an end of TLS'));
      else listener.ended();
    });
  };
  return {
    say: (bytes) => void inside?.write(bytes),
    close: () => {
      inside?.destroy();
      outside.destroy();
      line.close();
    },
  };
}

/** Errors of OpenSSL have a short reason; their message names a line of its source. */
function wordsOf(error: Error & { readonly reason?: string }): string {
  return error.reason ?? error.message;
}

/** What TLS takes for its socket. */
class Outside extends Duplex {
  line: Line | undefined;
  hasEnded = false;

  override _read(): void {
    // All that comes is handed on at once; an answer has an end, or a limit.
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    try {
      this.line?.say(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  /** After all that is under way, so that an end of TLS that came before it is seen before it. */
  hangUp(): void {
    setImmediate(() => {
      this.hasEnded = true;
      if (!this.destroyed) this.push(null);
    });
  }
}
