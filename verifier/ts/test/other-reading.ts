import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { OtherReading } from './vectors/vector.js'

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url))

/** The verifier with one change of its source. Throws where the text to change does not stand there exactly once. */
export async function verifierThatReads({
  file,
  ours,
  theirs,
}: OtherReading): Promise<typeof import('../src/index.js')> {
  const changed = join(SOURCE, file)
  const text = readFileSync(changed, 'utf8')
  const places = text.split(ours).length - 1
  if (places !== 1) throw new Error(`${file} has ${places} times what the other reading changes: ${ours}`)
  const build = await rolldown({
    input: join(SOURCE, 'index.ts'),
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    plugins: [{ name: 'other reading', load: (id) => (id === changed ? text.replace(ours, () => theirs) : undefined) }],
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  return await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`)
}
