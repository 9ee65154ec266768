export { PROJECTIONS, projectionsFault, updateProjections, viewRun, withProjections } from './projections.js'
export { foldRun, plain, runStreams } from './runs.js'
