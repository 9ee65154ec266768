// `npm run build`, its second step: joins the modules of the program, as they were compiled, into few files in dist/program.
//
// Whoever types a line would else wait for three hundred files to be opened. What a command loads when it is needed stays a
// file of its own, and packages stay packages. Fails where an import is not found.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './steps.mjs'

const COMPILED = join(root, 'dist')
const PROGRAM = join(COMPILED, 'program')

/** Files that are started by their place, threads among them: each is looked for beside the file that names it. */
const threads = readdirSync(join(COMPILED, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('-worker.js'))
  .sort()
const entries = ['cli/wrapper/recorder.js', ...threads].map((path) => [basename(path, '.js'), path])

const bundle = await rolldown({
  input: Object.fromEntries(
    [['clyra', 'cli/main.js'], ...entries].map(([name, path]) => [name, join(COMPILED, 'src', path)]),
  ),
  cwd: root,
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  onLog(_level, { message }) {
    throw new Error(message)
  },
})
const { output } = await bundle.generate({ format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' })
await bundle.close()

// The same modules give the same bytes. A file that would not change is left alone: a program that runs may still load it.
mkdirSync(PROGRAM, { recursive: true })
for (const { fileName, code } of output) {
  const path = join(PROGRAM, fileName)
  if (!existsSync(path) || readFileSync(path, 'utf8') !== code) writeFileSync(path, code)
}
const names = new Set(output.map(({ fileName }) => fileName))
for (const name of readdirSync(PROGRAM)) if (!names.has(name)) rmSync(join(PROGRAM, name))
