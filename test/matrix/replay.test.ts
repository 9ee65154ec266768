import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from './commands.js'
import { engineOf } from './engines.js'
import { unpackRecording } from './recording.js'
import { judgedRecording } from './replay-recording.js'

const folder = fileURLToPath(new URL('recorded', import.meta.url))
const names = readdirSync(folder).filter((name) => name.endsWith('.json.br'))

describe.each(names)('the recorded runs of %s, read by the readers of today', (name) => {
  const recording = unpackRecording(readFileSync(join(folder, name)))

  it('are those of the commands that this engine has', () => {
    const has = COMMANDS.filter(({ needs }) => needs?.(engineOf(recording.engine)) !== false)
    expect(recording.commands.map(({ command }) => command)).toEqual(has.map(({ name }) => name))
  })

  it.each(recording.commands)('$command has no finding, no gap and no false word', (recorded) => {
    expect(judgedRecording(recording, recorded).falseWords).toEqual([])
  })
})
