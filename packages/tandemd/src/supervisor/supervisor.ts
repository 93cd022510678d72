import { hostname } from 'node:os';
import type { BfdSession } from '@tandem/bfd';
import type { Settings } from '@tandem/config';
import type { WatchedScript } from '@tandem/notify';
import {
  formatSummary,
  type DrainOutcome,
  type ReloadOutcome,
  type StatusSnapshot,
} from '@tandem/status';
import { between, seconds, type Clock } from '@tandem/time';
import type { ChildName, FromChild } from '../ipc.ts';
import { VERSION } from '../version.ts';
import { Aftermath, type AftermathPorts } from './aftermath.ts';
import { adoptChild, type RunningChild } from './child.ts';
import type { ChildPrograms } from './child-programs.ts';
import type { CommandLine } from './command-line.ts';
import { readDrainRequest, type DrainRequest } from './drain-order.ts';
import { keepingNames } from './kept-names.ts';
import type { Log } from './log.ts';
import {
  CHILD_NAMES,
  createSupervisor,
  stepSupervisor,
  supervisorDeadline,
  TITLES,
  type SupervisorEffect,
  type SupervisorEvent,
  type SupervisorState,
} from './machine.ts';
import { Memory, processSnapshot } from './memory.ts';
import { settingsFor } from '../settings-transport.ts';
import { sessionSnapshot, toldOf } from './sessions.ts';
import { removePidFile, writePidFile } from './pid-file.ts';
import { RollCall } from './roll-call.ts';
import { idleSessions, wantedChildren } from './wanted-children.ts';
import { WatchedScripts, type WatchedScriptRequest } from './watched-scripts.ts';

/** A configuration that was read, and what is to be said of it. */
export interface Loaded {
  /** Absent when the file cannot be run with. */
  readonly settings: Settings | undefined;
  /** Formatted, one diagnostic each. */
  readonly diagnostics: readonly string[];
}

/** What the supervisor does for its children and itself through others. */
export interface SupervisorPorts extends AftermathPorts {
  readonly log: Log;
  readonly clock: Clock;
  /** Reads the configuration again, more strictly than at start. */
  load(): Loaded;
  runScript(script: Extract<FromChild, { type: 'script' }>): void;
  tellFifos(name: ChildName, line: string): void;
  watchScript(script: WatchedScriptRequest): WatchedScript;
  sendMail(mail: { subject: string; body: string }): void;
  /** Settings for scripts and mails have changed. */
  configure(settings: Settings): void;
  /** Says what is wrong with scripts: nobody is to wait for it. */
  inspect(settings: Settings): void;
  /** Tells the service manager. */
  notify(state: Readonly<Record<string, string>>): void;
}

const STATUS_WAIT_MS = 500;
/** A child that is not up by then is still being tried; the daemon counts as started. */
const ANSWER_WAIT = seconds(10);

/** Drives the supervisor's machine: owns the children and their timer. */
export class Supervisor {
  /** Settles with the exit status when the last child has ended after a stop. */
  readonly finished: Promise<number>;
  readonly #options: CommandLine;
  readonly #programs: ChildPrograms;
  readonly #ports: SupervisorPorts;
  readonly #memory: Memory;
  readonly #aftermath: Aftermath;
  readonly #watched: WatchedScripts;
  readonly #children = new Map<ChildName, RunningChild>();
  readonly #waiting = new Map<ChildName, (() => void)[]>();
  readonly #rollCall = new RollCall();
  readonly #startedEpochMs = Date.now();
  #settings: Settings;
  #state: SupervisorState;
  #timer: NodeJS.Timeout | undefined;
  #loadedEpochMs = Date.now();
  /** Before, a reload only changes what it will start with. */
  #hasStarted = false;
  #lastReload: StatusSnapshot['lastReload'];
  #finish: (exitStatus: number) => void = () => {};

  /**
   * @param options - the command line
   * @param settings - the configuration to start with
   * @param context - ports, and what makes the processes of the children
   */
  constructor(
    options: CommandLine,
    settings: Settings,
    context: { readonly ports: SupervisorPorts; readonly programs: ChildPrograms },
  ) {
    this.#options = options;
    this.#settings = settings;
    this.#ports = context.ports;
    this.#aftermath = new Aftermath(context.ports, () => this.#memory.left);
    this.#memory = new Memory(this.#aftermath.inherited);
    this.#watched = new WatchedScripts((script) => context.ports.watchScript(script));
    this.#programs = context.programs;
    this.#state = createSupervisor(!options.noRespawn);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** The configuration in force. */
  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Starts the children that the configuration needs.
   * @returns true when they serve, false when it came to a stop instead
   */
  async start(): Promise<boolean> {
    // It may have been told to stop before.
    if (this.#state.phase !== 'running') return false;
    this.#hasStarted = true;
    this.#ports.configure(this.#settings);
    const wanted = wantedChildren(this.#settings, this.#options);
    for (const name of ['vrrp', 'ipvs'] as const)
      if (!wanted.includes(name)) this.#aftermath.cleanUp(name, false);
    const { inTime, complete } = this.#rollCall.all(wanted, ANSWER_WAIT);
    this.#step({ type: 'start', wanted, childWait: this.#settings.global.childWait });
    void complete.then(() => this.#sayComplete('Startup'));
    const late = await inTime;
    if (this.#state.phase !== 'running') return false;
    this.#sayLate(late, 'does not serve');
    this.#ports.inspect(this.#settings);
    return true;
  }

  /** Leaves in order; `finished` settles when it is done. */
  stop(): void {
    this.#ports.notify({ STOPPING: '1' });
    this.#step({ type: 'stop' });
  }

  /**
   * Reads the configuration again. What cannot be run with is refused, and changes nothing;
   * what is accepted is with the children when this returns, and `Reload complete` is logged when
   * they have it in force.
   * @returns whether it was accepted, and what is to be said of it
   */
  reload(): ReloadOutcome {
    const { log, clock } = this.#ports;
    if (this.#state.phase !== 'running') {
      return { accepted: false, diagnostics: ['tandemd is stopping'] };
    }
    log.say('Reloading ...');
    this.#ports.notify({ RELOADING: '1', MONOTONIC_USEC: String(Math.round(clock.now() * 1000)) });
    const { settings, diagnostics } = this.#tryLoad();
    for (const line of diagnostics.flatMap((each) => each.split('\n'))) log.say(line, 'warning');
    const accepted = settings !== undefined;
    this.#lastReload = { epochMs: Date.now(), accepted, diagnostics };
    if (accepted) {
      this.#settings = keepingNames(settings, this.#settings);
      this.#loadedEpochMs = Date.now();
      if (!this.#hasStarted) return { accepted, diagnostics };
      this.#ports.configure(this.#settings);
      const wanted = wantedChildren(this.#settings, this.#options);
      const { inTime, complete } = this.#rollCall.all(wanted, ANSWER_WAIT);
      this.#step({ type: 'reload', wanted, childWait: this.#settings.global.childWait });
      void complete.then(() => this.#sayComplete('Reload'));
      void inTime.then((late) => {
        this.#sayLate(late, 'has not reloaded');
        this.#ports.notify({ READY: '1' });
        return this.#ports.inspect(this.#settings);
      });
    } else {
      log.say('Reload refused: the running configuration stays as it is', 'err');
      this.#ports.notify({ READY: '1' });
    }
    return { accepted, diagnostics };
  }

  /**
   * @returns the whole node, with what the children say now, or last said if they are silent
   */
  async status(): Promise<StatusSnapshot> {
    await Promise.all([...this.#children.keys()].map((name) => this.#askStatus(name)));
    const { children } = this.#state;
    return {
      version: 1,
      tandem: VERSION,
      host: hostname(),
      configurationFile: this.#options.configurationFile,
      loadedEpochMs: this.#loadedEpochMs,
      ...(this.#lastReload === undefined ? {} : { lastReload: this.#lastReload }),
      processes: [
        processSnapshot(
          'supervisor',
          { pid: process.pid, startedEpochMs: this.#startedEpochMs },
          0,
        ),
        ...CHILD_NAMES.filter((name) => children[name].phase !== 'absent').map((name) =>
          processSnapshot(name, this.#children.get(name), children[name].restarts),
        ),
      ],
      vrrp: this.#memory.instances,
      statics: this.#memory.statics,
      virtualServers: this.#memory.virtualServers.all,
      bfd: this.#memory.sessions.map(sessionSnapshot),
      problems: [...idleSessions(this.#settings, this.#options), ...this.#memory.problems],
    };
  }

  /** @returns the BFD sessions as they are now, or were last heard of */
  async sessions(): Promise<readonly BfdSession[]> {
    await this.#askStatus('bfd');
    return this.#memory.sessions;
  }

  /** @returns the instances with their counters, which begin from zero again */
  clearStatistics(): Promise<StatusSnapshot['vrrp']> {
    return this.#askStatus('vrrp', { clear: true });
  }

  /** Whatever a file makes the parser do, what runs goes on. */
  #tryLoad(): Loaded {
    try {
      return this.#ports.load();
    } catch (error) {
      const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { settings: undefined, diagnostics: [trace] };
    }
  }

  /** Takes real servers out, or back. @returns at once, what is under way */
  drain(request: DrainRequest): DrainOutcome {
    const { order, outcome } = readDrainRequest(request, this.#memory.virtualServers.all);
    if (order !== undefined) this.#children.get('ipvs')?.send(order);
    return outcome;
  }

  #sayComplete(what: 'Startup' | 'Reload'): void {
    if (this.#state.phase === 'running') this.#ports.log.say(`${what} complete`);
  }

  #sayLate(late: readonly ChildName[], what: string): void {
    for (const name of late) this.#ports.log.say(`${TITLES[name]} process ${what} yet`, 'warning');
  }

  /** @returns the instances as they were when it answered, or were known when it did not */
  #askStatus(
    name: ChildName,
    more: { readonly clear?: boolean } = {},
  ): Promise<StatusSnapshot['vrrp']> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resolve(this.#memory.instances);
      };
      const timer = setTimeout(done, STATUS_WAIT_MS);
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), done]);
      this.#children.get(name)?.send({ type: 'status-wanted', ...more });
    });
  }

  #step(event: SupervisorEvent): void {
    const now = this.#ports.clock.now();
    const { state, effects } = stepSupervisor(this.#state, event, now);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    for (const name of CHILD_NAMES) {
      if (state.children[name].phase === 'absent') this.#memory.forget(name);
    }
    clearTimeout(this.#timer);
    const deadline = supervisorDeadline(this.#state);
    if (deadline === undefined) return;
    this.#timer = setTimeout(
      () => this.#step({ type: 'timer' }),
      Math.max(0, Math.ceil(between(now, deadline))),
    );
  }

  #perform(effect: SupervisorEffect): void {
    switch (effect.type) {
      case 'spawn':
        this.#spawn(effect.name, effect.replacement);
        break;
      case 'reload':
        this.#memory.told(effect.name, this.#settings, false);
        this.#aftermath.save();
        this.#children
          .get(effect.name)
          ?.send({ type: 'reload', settings: settingsFor(effect.name, this.#settings) });
        break;
      case 'stop':
        this.#children.get(effect.name)?.send({ type: 'stop' });
        break;
      case 'kill':
        this.#children.get(effect.name)?.kill();
        break;
      case 'ping':
        this.#children.get(effect.name)?.ping();
        break;
      case 'clean-up':
        this.#cleanUp(effect.name);
        break;
      case 'log':
        this.#ports.log.say(effect.text, 'notice');
        break;
      case 'finish':
        void this.#aftermath.finish().then(() => this.#finish(effect.exitStatus));
        break;
    }
  }

  #spawn(name: ChildName, replacement: boolean): void {
    const child = adoptChild(this.#programs.take(name, this.#ports.log), {
      message: (message) => this.#heard(name, message),
      wrote: (text) => {
        this.#ports.log.relay(name, child.pid, { level: 'err', text });
      },
      exited: (pid, ending) => {
        this.#children.delete(name);
        this.#watched.endAll(name);
        removePidFile(this.#pidFile(name), pid);
        this.#step({ type: 'exited', name, pid, ...ending });
        if (this.#state.phase !== 'running') this.#rollCall.answer(name);
      },
    });
    this.#children.set(name, child);
    this.#rollCall.begin(name);
    this.#ports.log.say(`Starting ${TITLES[name]} child process, pid=${child.pid}`);
    const memory = this.#memory.forChild(name, replacement);
    this.#memory.told(name, this.#settings, true);
    this.#aftermath.save();
    child.send({
      type: 'start',
      settings: settingsFor(name, this.#settings),
      options: {
        logDetail: this.#options.logDetail,
        keepAddresses: this.#options.keepAddresses,
        keepIpvs: this.#options.keepIpvs,
      },
      ...memory,
    });
    if (child.pid > 0) this.#tryWritePidFile(name, child.pid);
  }

  /** The pid in it may be that of another process by now. */
  #tryWritePidFile(name: ChildName, pid: number): void {
    const { log } = this.#ports;
    try {
      writePidFile(this.#pidFile(name), pid, (text, level) => log.say(text, level));
    } catch (error) {
      log.say(`${this.#pidFile(name)}: ${String(error)}`, 'warning');
    }
  }

  #pidFile(name: ChildName): string {
    return this.#options[`${name}PidFile`];
  }

  #heard(name: ChildName, message: FromChild): void {
    this.#memory.note(name, message);
    switch (message.type) {
      case 'log':
      case 'log-lines':
        this.#ports.log.relay(name, this.#children.get(name)?.pid ?? 0, message);
        break;
      case 'vrrp-status':
      case 'ipvs-status':
      case 'bfd-status':
        this.#told(name, !('part' in message));
        break;
      case 'ready':
        this.#rollCall.serve(name);
        this.#aftermath.settled(name);
        break;
      case 'reloaded':
        this.#step({ type: 'reloaded', name });
        this.#rollCall.answerFirst(name);
        this.#aftermath.settled(name);
        break;
      case 'alive':
        this.#step({ type: 'alive', name });
        break;
      case 'kernel-changes':
      case 'timeouts-change':
        this.#aftermath.saveSoon();
        break;
      default:
        this.#deliver(name, message);
    }
  }

  /** What is for others, or done in the child's name; or for the memory alone. */
  #deliver(
    name: ChildName,
    message: Extract<
      FromChild,
      {
        type:
          | 'script'
          | 'fifo'
          | 'watched-script'
          | 'mail'
          | 'vrrp-state'
          | 'bfd-state'
          | 'ah-sequence'
          | 'spared'
          | 'stopped';
      }
    >,
  ): void {
    switch (message.type) {
      case 'script':
        this.#ports.runScript(message);
        break;
      case 'fifo':
        this.#ports.tellFifos(name, message.line);
        break;
      case 'watched-script':
        void this.#watched.run(name, message, (answer) => this.#children.get(name)?.send(answer));
        break;
      case 'mail':
        this.#ports.sendMail(message);
        break;
      case 'bfd-state':
        for (const to of toldOf(message, this.#settings)) this.#children.get(to)?.send(message);
        break;
      case 'vrrp-state':
        this.#children.get('ipvs')?.send(message);
        break;
      case 'ah-sequence':
      case 'spared':
      case 'stopped':
        break;
    }
  }

  /** In the place of a child that did not do it. What is to stay at stop stays here, too. */
  #cleanUp(name: ChildName): void {
    if (name === 'bfd') {
      for (const report of this.#memory.loseSessions()) this.#deliver(name, report);
      return;
    }
    const { keepAddresses, keepIpvs } = this.#options;
    const isStopping = this.#state.phase !== 'running';
    if (name === 'vrrp' ? isStopping && keepAddresses : keepIpvs) return;
    this.#aftermath.cleanUp(name, name === 'ipvs' && this.#settings.global.lvsFlushOnStop);
  }

  /** Somebody may have waited for this status. */
  #told(name: ChildName, isWhole: boolean): void {
    if (isWhole) for (const resolve of this.#waiting.get(name) ?? []) resolve();
    if (isWhole) this.#waiting.delete(name);
    const { instances: vrrp, virtualServers } = this.#memory;
    this.#ports.notify({ STATUS: formatSummary(vrrp, virtualServers.counts) });
  }
}
