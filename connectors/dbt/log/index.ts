export { adapterAnswer, NO_ANSWER } from './log-nodes.js'
export { createDbtLogReader, type LogReader, type LogReaderOptions, type LogSummary } from './log-reader.js'
export { createOtelReader } from './otel-reader.js'
export { createQueryLogReader, type TimeSpan } from './query-log-reader.js'
