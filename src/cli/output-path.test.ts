import { expect, test } from 'vitest'
import { outputPath } from './output-path.js'

test('an address is no place to write to, and a name with a colon is', () => {
  expect(() => outputPath('/a', 'postgres://u:secret@h/db')).toThrow(/^(?!.*secret).*address/)
  expect(outputPath('/a', 'b:c')).toBe('/a/b:c')
  expect(outputPath('/a', '../b')).toBe('/b')
  expect(() => outputPath('/a', '-')).toThrow(/standard output/)
  expect(outputPath('/a', './-')).toBe('/a/-')
})
