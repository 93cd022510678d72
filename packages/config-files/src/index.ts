export { judgeFiles, readConfiguration, type ReadConfiguration } from './read-configuration.ts';
export { fileReader } from './file-reader.ts';
