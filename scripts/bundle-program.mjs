// `npm run build`, its second step: joins the modules of the program, as they were compiled, and packages that are plain
// code, into few files in dist/program, with the notices of those packages.
//
// Whoever types a line would else wait for five hundred files to be opened. What a command loads when it is needed stays a
// file of its own. Fails where an import is not found.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { rolldown } from 'rolldown'
import { noticesOf } from './notices.mjs'
import { root } from './steps.mjs'

const COMPILED = join(root, 'dist')
const PROGRAM = join(COMPILED, 'program')

/** Packages that most commands load and that are many small modules; whatever has native parts stays a package. */
const JOINED = ['commander', 'uuid', 'yaml', 'zod']

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
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && !JOINED.includes(id.split('/')[0]),
  onLog(_level, { message }) {
    throw new Error(message)
  },
})
const { output } = await bundle.generate({
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  // Each package a file of its own.
  codeSplitting: {
    groups: JOINED.map((name) => ({ name: `package-${name}`, test: new RegExp(`/node_modules/${name}/`) })),
  },
})
await bundle.close()

// The same modules give the same bytes. A file that would not change is left alone: a program that runs may still load it.
mkdirSync(PROGRAM, { recursive: true })
const notices = { fileName: 'NOTICES.txt', code: `Joined into these files:\n\n${noticesOf('', JOINED)}\n` }
const files = [...output, notices]
for (const { fileName, code } of files) {
  const path = join(PROGRAM, fileName)
  if (!existsSync(path) || readFileSync(path, 'utf8') !== code) writeFileSync(path, code)
}
const names = new Set(files.map(({ fileName }) => fileName))
for (const name of readdirSync(PROGRAM)) if (!names.has(name)) rmSync(join(PROGRAM, name))
