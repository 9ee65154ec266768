import { spawnSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandLine } from './command-line.js'

test('a shell reads back every value as the one word that it is', () => {
  const word = fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => !text.includes('\0'))
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 3 }), (one, more) => {
      const line = commandLine`printf '%s\\0' ${one} ${more} end`
      const { stdout } = spawnSync('sh', ['-c', line.replace('\\\\', '\\')], { encoding: 'buffer' })
      expect(stdout.toString('utf8')).toBe(Buffer.from([one, ...more, 'end', ''].join('\0')).toString('utf8'))
    }),
    { numRuns: 40 },
  )
})

test('plain words stay as they are, and an empty one is seen', () => {
  expect(commandLine`clyra bundle ${'0190-a'} -o ${'a b.zip'} ${''}`).toBe("clyra bundle 0190-a -o 'a b.zip' ''")
  expect(commandLine`clyra run dbt ${[]}`).toBe('clyra run dbt')
})
