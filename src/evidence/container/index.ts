export { BUNDLE_LIMITS, tooLarge, zip } from './zip.js'
