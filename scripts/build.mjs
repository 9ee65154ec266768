// `npm run build`: see `build` of steps.mjs, where its steps stand.
import { build } from './steps.mjs'

process.exitCode = build()
