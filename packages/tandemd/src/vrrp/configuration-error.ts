/** A configuration that this host cannot run; the supervisor must not try again. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}
