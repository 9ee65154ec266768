export { dbtArguments, type LogPlan, type WrapPlan } from './dbt-arguments.js'
export { type Environment, type Given, givenFlag } from './dbt-flags.js'
export {
  type NoConnection,
  type PostgresConnection,
  type ProfileConnection,
  profileConnection,
  profilesFiles,
} from './profile-connection.js'
export { logDirectories, projectDirectories, type Surroundings, targetDirectory } from './project-paths.js'
export { readableLogLine } from './readable-log.js'
export { type Resolved, resolveTemplate } from './template.js'
