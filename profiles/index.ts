export { bundleOfRun } from './bundle-of-run.js'
export { PROFILES, profileNamed, profileOfRun, type RunProfile } from './profiles.js'
