export { closeDbtRun } from './close-run.js'
export { reconcile } from './reconcile.js'
export type { SomeEvent } from './voices.js'
