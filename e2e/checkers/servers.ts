// Small servers on addresses of loopback, each of which can turn bad and good again.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';

/** Where a server listens, and where its files are. */
export interface Place {
  readonly address: string;
  readonly folder: string;
  /** Of the real server; names its files. */
  readonly name: string;
}

/** Something that a checker looks at, good at first. */
export type Serve = (place: Place) => { turn(mode: Mode): void };

export type Mode = 'good' | 'bad';

/** What is done with a connection. */
type Talk = (socket: Socket) => void;

/** Listens, and does with connections what the mode says; refuses where it says nothing. */
export function tcp(port: number, good: Talk, bad?: Talk): Serve {
  return ({ address }) => {
    let mode: Mode = 'good';
    let server: Server | undefined;
    const listen = (): void => {
      server = createServer((socket) => {
        socket.on('error', () => undefined);
        (mode === 'good' ? good : bad)?.(socket);
      }).listen(port, address);
    };
    listen();
    return {
      turn(next) {
        mode = next;
        if (bad !== undefined) return;
        if (next === 'bad') server?.close();
        else listen();
      },
    };
  };
}

/** Answers each request with that page. */
export function page(body: string, status = '200 OK'): Talk {
  return (socket) => void socket.once('data', () => respond(socket, status, body));
}

/** Answers each request with a page, those for some paths with status 404. */
export function pages(bad: readonly string[]): Talk {
  return (socket) =>
    void socket.once('data', (request: Buffer) => {
      const path = request.toString().split(' ')[1] ?? '';
      respond(socket, bad.includes(path) ? '404 Not Found' : '200 OK', 'x');
    });
}

function respond(socket: Socket, status: string, body: string): void {
  socket.end(`HTTP/1.0 ${status}\r\nServer: x\r\n\r\n${body}`);
}

export const hang: Talk = () => undefined;
export const reset: Talk = (socket) => void socket.once('data', () => socket.resetAndDestroy());

/** Begins an answer, and adds a byte now and then. */
export const drip: Talk = (socket) => {
  const timer = setInterval(() => socket.write('x'), 200);
  socket.on('close', () => clearInterval(timer));
};

/** A greeting that always has more lines. */
export const babble: Talk = (socket) => {
  const timer = setInterval(() => socket.write('220-and another line\r\n'.repeat(20)), 20);
  socket.on('close', () => clearInterval(timer));
};

/** TLS with a certificate for another name that nobody has signed. */
export function tls(bad: Talk | 'status'): Serve {
  return (place) => {
    let mode: Mode = 'good';
    const [key, cert] = ['key.pem', 'cert.pem'].map((file) =>
      readFileSync(join(place.folder, file)),
    );
    const https = createTlsServer({ key, cert }, (_, response) => {
      response.statusCode = mode === 'good' ? 200 : 500;
      response.end('x');
    });
    createServer((socket) => {
      socket.on('error', () => undefined);
      if (mode === 'bad' && bad !== 'status') bad(socket);
      else https.emit('connection', socket);
    }).listen(443, place.address);
    return { turn: (next) => void (mode = next) };
  };
}

/** Says one line at once, and another after each that it hears. */
export function lines(...said: readonly string[]): Talk {
  return (socket) => {
    const left = [...said];
    const next = (): void => {
      const line = left.shift();
      if (line !== undefined) socket.write(`${line}\r\n`);
    };
    socket.on('data', next);
    next();
  };
}

export const SMTP: Talk = lines('220 hi', '250 ok', '221 bye');

/** What is answered to a packet; undefined: nothing. */
type Answer = (packet: Buffer) => Buffer | undefined;

/** As `tcp`, with packets. */
export function udp(port: number, good: Answer, bad?: Answer): Serve {
  return ({ address }) => {
    let mode: Mode = 'good';
    const listen = () => {
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      socket.on('message', (packet, peer) => {
        const answer = (mode === 'good' ? good : bad)?.(packet);
        if (answer !== undefined) socket.send(answer, peer.port, peer.address);
      });
      return socket.bind(port, address);
    };
    let socket = listen();
    return {
      turn(next) {
        mode = next;
        if (bad !== undefined) return;
        if (next === 'bad') socket.close();
        else socket = listen();
      },
    };
  };
}

export const silence: Answer = () => undefined;

/** @returns a function that answers those bytes */
export function bytes(hex: string): Answer {
  return () => Buffer.from(hex, 'hex');
}

/** Answers a question of DNS with that RCODE. */
export function dns(rcode: number, change: (answer: Buffer) => void = () => undefined): Answer {
  return (packet) => {
    const answer = Buffer.from(packet);
    answer.writeUInt16BE(0x8180 | rcode, 2);
    change(answer);
    return answer;
  };
}

/** A file with one text or the other, or that is gone when there is no other. */
export function file(good: string, bad?: string): Serve {
  return ({ folder, name }) => {
    const path = join(folder, name);
    const write = (text: string | undefined): void => {
      if (text === undefined) rmSync(path);
      else writeFileSync(path, text);
    };
    write(good);
    return { turn: (mode) => write(mode === 'good' ? good : bad) };
  };
}

/** As `file`, for a reader that would take it for empty while it is written. */
export function word(good: string, bad: string): Serve {
  return ({ folder, name }) => {
    const path = join(folder, name);
    const write = (text: string): void => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    };
    write(good);
    return { turn: (mode) => write(mode === 'good' ? good : bad) };
  };
}

/** Nothing to serve. */
export const nothing: Serve = () => ({ turn: () => undefined });

/** Two things at the same address. */
export function both(first: Serve, second: Serve): Serve {
  return (place) => {
    const served = [first(place), second(place)];
    return {
      turn(mode) {
        for (const each of served) each.turn(mode);
      },
    };
  };
}
