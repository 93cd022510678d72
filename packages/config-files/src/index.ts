export { judgeFiles, readConfiguration, type ReadConfiguration } from './read-configuration.ts';
export { fileReader, textReader } from './file-reader.ts';
