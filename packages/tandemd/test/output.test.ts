import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Output } from '../src/output.ts';

function outputOf(failure?: NodeJS.ErrnoException) {
  const [written, complaints]: [string[], string[]] = [[], []];
  const events = new EventEmitter();
  const stream = {
    on: events.on.bind(events),
    write(text: string) {
      written.push(text);
      if (failure !== undefined) events.emit('error', failure);
    },
  };
  const output = new Output(
    () => stream,
    (line) => complaints.push(line),
  );
  return { output, written, complaints };
}

test('lines are written as they come', () => {
  const { output, written, complaints } = outputOf();
  output.print('a');
  output.print('b');
  expect({ written, complaints, hasFailed: output.hasFailed }).toEqual({
    written: ['a\n', 'b\n'],
    complaints: [],
    hasFailed: false,
  });
});

test('who reads no more is no failure, and ends nothing', () => {
  const { output, complaints } = outputOf(Object.assign(new Error('gone'), { code: 'EPIPE' }));
  output.print('a');
  output.print('b');
  expect({ complaints, hasFailed: output.hasFailed }).toEqual({ complaints: [], hasFailed: false });
});

test('a full disk is a failure, told once', () => {
  const { output, complaints } = outputOf(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  output.print('a');
  output.print('b');
  expect(complaints).toEqual(['cannot write the output: no space']);
  expect(output.hasFailed).toBe(true);
});
