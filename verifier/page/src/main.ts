import { showForm } from './form.js'
import { THREAD } from './thread-text.js'

const packed = Uint8Array.from(atob(THREAD), (character) => character.charCodeAt(0))
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
new Response(unpacked).text().then(showForm)
