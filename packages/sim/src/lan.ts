/** The wire between all stations: what it loses, delays, doubles and keeps apart. */
import type { Random } from '@tandem/random';
import type { Agenda } from './agenda.ts';

/** Something that is wrong with the network while it lasts. */
export type Impairment =
  /** Share of the frames, 0–1. */
  | { readonly kind: 'loss'; readonly rate: number }
  | { readonly kind: 'duplication'; readonly rate: number }
  /** All frames come later, in order. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Each frame comes later by its own time, so that some overtake others. */
  | { readonly kind: 'reordering'; readonly msMax: number }
  /** Nothing comes from the one to the other; the way back is open. */
  | { readonly kind: 'one-way loss'; readonly from: number; readonly to: number }
  /** Stations of the two sides do not hear each other; bit N stands for station N. */
  | { readonly kind: 'partition'; readonly side: number };

/** How long a frame takes when nothing is wrong, milliseconds. */
const LATENCY_LEAST = 0.05;
/** The most that a frame takes when nothing is wrong, milliseconds. */
const LATENCY_MOST = 0.5;

/** A broadcast domain; stations are numbers. */
export class Lan {
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #latencies: readonly number[];
  readonly #impairments = new Set<Impairment>();

  constructor(agenda: Agenda, random: Random, stations: number) {
    this.#agenda = agenda;
    this.#random = random;
    this.#latencies = Array.from({ length: stations }, () =>
      random.between(LATENCY_LEAST / 2, LATENCY_MOST / 2),
    );
  }

  /** Whether nothing is wrong; frames on their way may still be late. */
  get isWell(): boolean {
    return this.#impairments.size === 0;
  }

  begin(impairment: Impairment): void {
    this.#impairments.add(impairment);
  }

  end(impairment: Impairment): void {
    this.#impairments.delete(impairment);
  }

  /** @param deliver - called when the frame arrives: not at all, once or more often */
  send(from: number, to: number, deliver: () => void): void {
    let latency = (this.#latencies[from] ?? 0) + (this.#latencies[to] ?? 0);
    let copies = 1;
    for (const impairment of this.#impairments) {
      if (this.#swallows(impairment, from, to)) return;
      if (impairment.kind === 'delay') latency += impairment.ms;
      if (impairment.kind === 'reordering') latency += this.#random.between(0, impairment.msMax);
      if (impairment.kind === 'duplication' && this.#random.chance(impairment.rate)) copies += 1;
    }
    for (let copy = 0; copy < copies; copy += 1)
      this.#agenda.enter(this.#agenda.now + latency + copy * LATENCY_MOST, deliver);
  }

  #swallows(impairment: Impairment, from: number, to: number): boolean {
    switch (impairment.kind) {
      case 'loss':
        return this.#random.chance(impairment.rate);
      case 'one-way loss':
        return impairment.from === from && impairment.to === to;
      case 'partition':
        return ((impairment.side >> from) & 1) !== ((impairment.side >> to) & 1);
      default:
        return false;
    }
  }
}
