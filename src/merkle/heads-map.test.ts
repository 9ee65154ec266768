import { expect, it } from 'vitest'
import { HeadsMap, leafHash, verifyHeadsProof } from './index.js'
it('smoke', () => {
  const m = new HeadsMap()
  const leaf = leafHash(new Uint8Array(3))
  m.update(Array.from({ length: 1000 }, (_, i) => ({ stream: `run-${i}`, revision: i, leaf })))
  expect(verifyHeadsProof(m.root(), 'run-5', { revision: 5, leaf }, m.prove('run-5'))).toBe(true)
  expect(verifyHeadsProof(m.root(), 'run-x', null, m.prove('run-x'))).toBe(true)
})
