import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { noticesOf } from './notices.mjs'
import { root } from './steps.mjs'

/**
 * The verifier and all that it needs as the text of one ES module, which runs on Node alone. Needs a build.
 * The same sources give the same text. Rejects where something would have to lie beside it.
 */
export async function singleFileVerifier() {
  const folder = join(root, 'verifier', 'ts')
  const { version, engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const bundle = await rolldown({
    input: join(folder, 'dist', 'cli.js'),
    cwd: root,
    platform: 'node',
    // A warning here is an import that was not found or a cycle: nothing that may be shipped.
    onLog(_level, { message }) {
      throw new Error(message)
    },
    plugins: [
      {
        name: 'the version stands inside',
        load: (id) =>
          id === join(folder, 'dist', 'cli-version.js')
            ? `export const version = async () => ${JSON.stringify(version)}`
            : undefined,
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false, comments: false })
  await bundle.close()
  const [file, ...more] = output
  const beside = [...more.map(({ fileName }) => fileName), ...file.imports.filter((name) => !name.startsWith('node:'))]
  if (beside.length > 0) throw new Error(`the single-file verifier would need ${beside.join(', ')} beside it`)
  return `#!/usr/bin/env node\n${header(version, engines.node)}\n${file.code.replace(/^#!.*\n/, '')}`
}

/** What this is, for whom it runs, and the notices of what is in it, which their licences ask for. */
function header(version, node) {
  const text = [
    `clyra-verify ${version} (Apache-2.0), one file. Runs on Node ${node}.`,
    '  node clyra-verify.mjs run.def.zip --key <vkey>',
    'Made from the sources of Clyra by `npm run package`. In it:',
    noticesOf('verifier/ts'),
  ].join('\n\n')
  return `/*\n${text
    .replaceAll('*/', '* /')
    .replace(/^(?=.)/gm, ' * ')
    .replace(/^$/gm, ' *')}\n */`
}
