import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { workersOfSource } from './workers-of-source.js'

it('gives a source the place of its thread, compiled from the source as it is now', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-workers-'))
  const plugin = workersOfSource(folder)
  const watched: string[] = []
  // Of the plugin's context it uses this alone.
  const context = { addWatchFile: (file: string) => void watched.push(file) } as never
  const source = `const WORKER = new URL('./${'one'}-worker.js', import.meta.url)`
  const worker = join(folder, 'one-worker.ts')
  const valueNow = async () => {
    if (typeof plugin.transform !== 'function') throw new Error('it transforms nothing')
    const result = await plugin.transform.call(context, source, join(folder, 'starts-it.ts'))
    const [, place] = /'(file:[^']+)'/.exec(typeof result === 'object' ? String(result?.code) : '') ?? []
    return (await import(place!)).value
  }
  try {
    writeFileSync(join(folder, 'other.ts'), 'export const other: number = 1\n')
    writeFileSync(worker, "import { other } from './other.js'\nexport const value: number = other\n")
    expect(await valueNow()).toBe(1)
    writeFileSync(join(folder, 'other.ts'), 'export const other: number = 2\n')
    expect(await valueNow()).toBe(2)
    expect(watched).toEqual(expect.arrayContaining([worker, join(folder, 'other.ts')]))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
