import { textReader, type ReadConfiguration } from '@tandem/config-files';
import { STANDARD_INPUT, STANDARD_INPUT_NAME } from './standard-input.ts';

/** A configuration that a command line names. */
export interface ConfigurationInput extends Pick<ReadConfiguration, 'reader'> {
  /** As diagnostics call it. */
  readonly path: string;
}

/**
 * @param file - as named; `-` is the standard input, whose includes start at the current folder
 * @param standardInput - what that holds
 * @returns where the configuration comes from
 */
export function sourceOf(file: string, standardInput: Buffer | undefined): ConfigurationInput {
  if (file !== STANDARD_INPUT || standardInput === undefined) return { path: file };
  const path = STANDARD_INPUT_NAME;
  return { path, reader: textReader(path, standardInput.toString()) };
}
