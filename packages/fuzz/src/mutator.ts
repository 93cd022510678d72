/**
 * Makes new inputs out of old ones, in ways that suit packets: lengths, counts and flags are changed
 * to numbers at their limits; pieces are moved, often by whole words, from one input into another.
 */
import { Random } from '@tandem/random';

/** Longest input that is made; the packets that are read are seldom longer. */
const INPUT_BYTES_MAX = 1024;
/** Changes to one input, at most. */
const CHANGES_MAX = 6;
/** Longest piece that is moved or repeated. */
const PIECE_BYTES_MAX = 64;

/** Numbers at which code takes another turn. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 20, 24, 31, 32, 63, 64, 112, 127, 128, 254, 255];

type Change = (input: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array;

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  setEdge,
  setWord,
  remove,
  repeat,
  insertNoise,
  insertPiece,
  overwritePiece,
  cut,
];

/** A source of inputs that never ends. */
export class Mutator {
  readonly #random: Random;
  readonly #corpus: Uint8Array[];

  /**
   * @param seed - 0–4294967295
   * @param corpus - what to start from
   */
  constructor(seed: number, corpus: readonly Uint8Array[]) {
    this.#random = new Random(seed);
    this.#corpus = corpus.length === 0 ? [new Uint8Array(1)] : [...corpus];
  }

  /** Takes one more input to start from. */
  add(input: Uint8Array): void {
    this.#corpus.push(input);
  }

  /** @returns an input that differs from all others by chance only; freshly allocated */
  next(): Uint8Array {
    let input: Uint8Array = Uint8Array.from(this.#random.pick(this.#corpus));
    for (let left = this.#random.integer(1, CHANGES_MAX); left > 0; left -= 1) {
      input = this.#random.pick(CHANGES)(input, this.#random, this.#corpus);
    }
    return input.length > INPUT_BYTES_MAX ? input.slice(0, INPUT_BYTES_MAX) : input;
  }
}

/** A place in the input: half of all are at the border of a word of four bytes. */
function place(length: number, random: Random): number {
  const at = random.integer(0, Math.max(0, length - 1));
  return random.chance(0.5) ? at & ~3 : at;
}

function pieceOf(input: Uint8Array, random: Random): Uint8Array {
  const from = place(input.length, random);
  const length = random.integer(1, PIECE_BYTES_MAX);
  return input.subarray(from, from + (random.chance(0.5) ? (length + 3) & ~3 : length));
}

function spliced(input: Uint8Array, at: number, piece: Uint8Array): Uint8Array {
  const made = new Uint8Array(input.length + piece.length);
  made.set(input.subarray(0, at));
  made.set(piece, at);
  made.set(input.subarray(at), at + piece.length);
  return made;
}

function flipBit(input: Uint8Array, random: Random): Uint8Array {
  const at = place(input.length, random);
  input[at] = (input[at] ?? 0) ^ (1 << random.integer(0, 7));
  return input;
}

function setByte(input: Uint8Array, random: Random): Uint8Array {
  input[place(input.length, random)] = random.integer(0, 255);
  return input;
}

function setEdge(input: Uint8Array, random: Random): Uint8Array {
  input[place(input.length, random)] = random.pick(EDGES);
  return input;
}

/** Two or four bytes that are a number at a limit, whichever comes first of its bytes. */
function setWord(input: Uint8Array, random: Random): Uint8Array {
  const size = random.pick([2, 4]);
  const at = place(input.length, random);
  if (at + size > input.length) return input;
  const filling = random.pick([0, 0, 0, 0x7f, 0xff]);
  input.fill(filling, at, at + size);
  input[random.chance(0.5) ? at : at + size - 1] = random.chance(0.5)
    ? random.pick(EDGES)
    : (input.length - at) & 0xff;
  return input;
}

function remove(input: Uint8Array, random: Random): Uint8Array {
  const at = place(input.length, random);
  const { length } = pieceOf(input, random);
  input.copyWithin(at, at + length);
  return input.slice(0, input.length - length);
}

function repeat(input: Uint8Array, random: Random): Uint8Array {
  const piece = pieceOf(input, random).slice();
  let made = input;
  const at = place(input.length, random);
  for (let left = random.pick([1, 1, 1, 2, 8]); left > 0; left -= 1)
    made = spliced(made, at, piece);
  return made;
}

function insertNoise(input: Uint8Array, random: Random): Uint8Array {
  const piece = Uint8Array.from({ length: random.integer(1, 8) }, () => random.integer(0, 255));
  return spliced(input, place(input.length + 1, random), piece);
}

function insertPiece(input: Uint8Array, random: Random, corpus: readonly Uint8Array[]): Uint8Array {
  const at = random.chance(0.3) ? input.length : place(input.length, random);
  return spliced(input, at, pieceOf(random.pick(corpus), random));
}

function overwritePiece(
  input: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array {
  const at = place(input.length, random);
  input.set(pieceOf(random.pick(corpus), random).subarray(0, input.length - at), at);
  return input;
}

function cut(input: Uint8Array, random: Random): Uint8Array {
  return input.slice(0, random.integer(0, input.length));
}
