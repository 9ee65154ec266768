import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { StoreThread } from './store-thread.js'

it('rejects what was asked of a thread that ends, and says that it has ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'clyra-thread-'))
  try {
    const path = join(folder, 'worker.mjs')
    writeFileSync(
      path,
      "import { parentPort } from 'node:worker_threads'\nparentPort.on('message', () => process.exit(1))\n",
    )
    const thread = StoreThread.start<string>(pathToFileURL(path))!
    expect(thread.ended).toBe(false)
    await expect(thread.ask('anything')).rejects.toMatchObject({ code: 'IO_FAILED' })
    expect(thread.ended).toBe(true)
    await expect(thread.ask('more')).rejects.toMatchObject({ code: 'IO_FAILED' })
    await thread.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('is not there where its file is not', () => {
  expect(StoreThread.start(pathToFileURL(join(tmpdir(), 'clyra-no-worker.mjs')))).toBe(undefined)
})
