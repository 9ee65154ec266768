// Loaded before Clyra's own code by `node --import`: appends to the file in CLYRA_LOADED the path of every module that the
// process loads, by import or by require, early or late.
import { appendFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'

const file = JSON.stringify(process.env.CLYRA_LOADED)
const hook = `
  import { appendFileSync } from 'node:fs'
  import { fileURLToPath } from 'node:url'
  export async function load(url, context, next) {
    if (url.startsWith('file:')) appendFileSync(${file}, fileURLToPath(url) + '\\n')
    return next(url, context)
  }`
register(`data:text/javascript,${encodeURIComponent(hook)}`)

// What is required passes the hook only where an import came first.
const { cache } = createRequire(import.meta.url)
process.on('exit', () => appendFileSync(process.env.CLYRA_LOADED, `${Object.keys(cache).join('\n')}\n`))
