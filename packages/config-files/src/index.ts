export { judgeFiles, readConfiguration, type ReadConfiguration } from './read-configuration.ts';
export { fullHostName } from './full-host-name.ts';
export { keyFile } from './key-file.ts';
export { linkMtu } from './link-mtu.ts';
export { numberNamed } from './name-tables.ts';
export { inWords } from './system-words.ts';
export { fileReader, textReader } from './file-reader.ts';
