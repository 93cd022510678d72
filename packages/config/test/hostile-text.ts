import type { ConfigurationSource } from '@tandem/config';

/** A file of this text; any file that it includes has the other one. */
export function sourceOf(text: string, included?: string): ConfigurationSource {
  return {
    path: 'a.conf',
    hostName: 'box1',
    reader: {
      read(pattern, directory) {
        if (directory === undefined) return [{ path: pattern, text }];
        return included === undefined ? [] : [{ path: pattern, text: included }];
      },
    },
  };
}

/** So many lines, each made from its number. */
export function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
}
