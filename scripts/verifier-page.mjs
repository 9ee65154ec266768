// Makes dist/page/clyra-verify.html, the verifier as one page that works from a file: the last step of `npm run build`.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deflateSync } from 'fflate'
import { rolldown } from 'rolldown'
import { noticesOf } from './notices.mjs'
import { root } from './steps.mjs'

const PAGE = join(root, 'verifier', 'page')
/** Where a build leaves it, and where the program finds it. */
export const VERIFIER_PAGE = join(root, 'dist', 'page', 'clyra-verify.html')

/**
 * The page as text. The same sources give the same text, on every machine and every Node: what packs the thread is no
 * library of the platform. Needs the compiled styles of the report.
 */
export async function verifierPage() {
  const report = '../dist/projections/bundle/report'
  const { DARK, LIGHT, variables } = await import(`${report}/palette.js`)
  const { FONTS, GROUND, MARKS, TITLES } = await import(`${report}/shared-style.js`)
  const version = JSON.parse(readFileSync(join(root, 'verifier/ts/package.json'), 'utf8')).version
  const thread = deflateSync(Buffer.from(await joined('worker.ts', '')), { level: 9 })
  const script = await joined('main.ts', Buffer.from(thread).toString('base64'))
  const style = filled('style.css', {
    light: variables(LIGHT),
    dark: variables(DARK),
    fonts: FONTS,
    ground: GROUND,
    titles: TITLES,
    marks: MARKS,
  })
  return filled('page.html', {
    notices: `clyra-verify ${version} (Apache-2.0), one page. In it:\n\n${noticesOf('verifier/ts').replaceAll('--', '- -')}`,
    policy: policyFor(script),
    version,
    style,
    script,
  })
}

/**
 * Nothing is loaded and nothing is sent. One script may run, by its digest, and the thread that it makes of its own text.
 * Styles need no digest: they can load nothing either, no text of the evidence becomes markup, and the report in its frame,
 * which inherits this policy, brings the style of whatever release has made it.
 */
function policyFor(script) {
  const digest = createHash('sha256').update(script).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'sha256-${digest}'`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** A module of the page with all that it imports, as one classic script that no text in it ends. */
async function joined(entry, thread) {
  const bundle = await rolldown({
    input: join(PAGE, 'src', entry),
    cwd: root,
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    onLog(_level, { message }) {
      throw new Error(message)
    },
    plugins: [
      {
        name: 'the thread stands inside',
        load: (id) =>
          id === join(PAGE, 'src', 'thread-text.ts') ? `export const THREAD = ${JSON.stringify(thread)}` : undefined,
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'iife', minify: true, codeSplitting: false, comments: false })
  await bundle.close()
  const [{ code }, ...more] = output
  if (more.length > 0) throw new Error(`the verifier page would need ${more.map(({ fileName }) => fileName)} beside it`)
  return code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}

/** A file of the page with its places filled, each of which must be known. */
function filled(name, values) {
  return readFileSync(join(PAGE, name), 'utf8').replace(/\{\{([a-z]+)\}\}/g, (place, key) => {
    if (values[key] === undefined) throw new Error(`${name} has a place ${place} that nothing fills`)
    return values[key]
  })
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(dirname(VERIFIER_PAGE), { recursive: true })
  writeFileSync(VERIFIER_PAGE, await verifierPage())
}
