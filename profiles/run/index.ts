export { type Performance, performanceOf } from './performance.js'
export { type RunMembers, runMembers } from './run-members.js'
export { RUN_PROFILE } from './run-profile.js'
