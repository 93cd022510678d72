/** What this box shows to servers of TLS that ask who it is. */
import { readFileSync, statSync } from 'node:fs';
import type { createSecureContext, SecureContext } from 'node:tls';
import type { TlsSettings } from '@tandem/health';

type CreateContext = typeof createSecureContext;

/** Of the settings before a reload and after it. */
const KEPT_MAX = 2;
const kept = new Map<string, SecureContext>();

/**
 * @param settings - where files are; read again when one of them is another one than before
 * @param create - of node:tls
 * @returns what TLS needs of them
 * @throws Error when a file cannot be read, or does not hold what it should
 */
export function ownCertificate(settings: TlsSettings, create: CreateContext): SecureContext {
  const { ca, certificate, key, password } = settings;
  const versions = [ca, certificate, key].map(versionOf);
  const name = JSON.stringify([settings, versions]);
  const known = kept.get(name);
  if (known !== undefined) return known;
  const context = create({
    ...(ca !== undefined && { ca: readFileSync(ca) }),
    ...(certificate !== undefined && { cert: readFileSync(certificate) }),
    ...(key !== undefined && { key: readFileSync(key) }),
    ...(password !== undefined && { passphrase: password }),
  });
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(name, context);
  return context;
}

function versionOf(path: string | undefined): number | undefined {
  return path === undefined ? undefined : statSync(path).mtimeMs;
}
