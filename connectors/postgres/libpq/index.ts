export { type ConnectionPlan, connectionPlan, type HostPlan, type SessionAttributes } from './connection-plan.js'
export type { Parameters } from './keywords.js'
export { NO_SURROUNDINGS, type SmallFile, type Surroundings, surroundingsOf } from './surroundings.js'
export { type Attempt, type TlsSettings, UnusableParameter } from './tls-plan.js'
