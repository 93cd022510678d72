// Certificates that nobody has signed, for a name that is not asked for.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../lib/lan.ts';

/**
 * Writes `key.pem`, `cert.pem` and `expired.pem` into the folder of a machine. Only an authority of
 * openssl gives out certificates that have expired; it wants a few files.
 */
export async function makeCertificates(host: Host): Promise<void> {
  const path = (name: string): string => join(host.folder, name);
  const [key, request, config] = [path('key.pem'), path('request.pem'), path('authority.conf')];
  const openssl = (words: string, ...more: readonly string[]): Promise<unknown> =>
    host.exec(['openssl', ...words.split(' '), '-subj', '/CN=other.example', ...more]);
  mkdirSync(path('authority'));
  writeFileSync(path('authority/index.txt'), '');
  writeFileSync(path('authority/serial'), '01\n');
  writeFileSync(config, authorityIn(path('authority')));
  const kind = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  await openssl(`req -x509 -days 2 ${kind}`, '-keyout', key, '-out', path('cert.pem'));
  await openssl('req -new', '-key', key, '-out', request);
  const sign = ['-config', config, '-keyfile', key, '-in', request, '-out', path('expired.pem')];
  const dates = '-startdate 20200101000000Z -enddate 20200201000000Z';
  await openssl(`ca -batch -notext -selfsign ${dates}`, ...sign);
}

function authorityIn(folder: string): string {
  return `[ca]
default_ca = own
[own]
database = ${folder}/index.txt
serial = ${folder}/serial
new_certs_dir = ${folder}
default_md = sha256
policy = any
[any]
commonName = supplied
`;
}
