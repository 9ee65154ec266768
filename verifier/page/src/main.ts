import { showForm } from './form.js'
import { THREAD } from './thread-text.js'

unpacked().then(showForm, () => {
  const problem = document.getElementById('problem')
  if (problem !== null) problem.textContent = 'This browser is too old for this page: it needs one of 2023 or newer.'
})

async function unpacked(): Promise<string> {
  const packed = Uint8Array.from(atob(THREAD), (character) => character.charCodeAt(0))
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).text()
}
