import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { playTranscript } from './transcript.ts';

const folder = new URL('transcripts/', import.meta.url);

/** UPDATE_TRANSCRIPTS=1 rewrites them; only commit a difference that you can explain. */
for (const name of readdirSync(folder)) {
  test(`transcript ${name}`, () => {
    const file = new URL(name, folder);
    const written = readFileSync(file, 'utf8');
    const played = playTranscript(written);
    if (process.env['UPDATE_TRANSCRIPTS'] === '1') writeFileSync(file, played);
    else expect(played).toBe(written);
  });
}
