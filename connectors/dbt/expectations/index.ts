export { commandExpectation, commandOf, commandOfProcess, writesNothing } from './commands.js'
export { type Does, leavesRelation, type NodeExpectation, type NodeKind, nodeExpectation } from './nodes.js'
export { isTestType, type NodeStatus, nodeStatus, resourceTypeOf, statusCounts, statusFor } from './statuses.js'
