import { createHash, hash } from 'node:crypto'

/** Above this, copying the parts together costs more than a hash object. */
const COPY_LIMIT = 64 * 1024

/** SHA-256 over the concatenation of the parts; 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return digestBytes(hash('sha256', parts[0]!, 'binary'))
  let length = 0
  for (const part of parts) length += part.length
  if (length > COPY_LIMIT) {
    const digest = createHash('sha256')
    for (const part of parts) digest.update(part)
    return new Uint8Array(digest.digest())
  }
  const whole = Buffer.allocUnsafe(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return digestBytes(hash('sha256', whole, 'binary'))
}

/**
 * One-shot hashing into a string of 32 Latin-1 characters, unpacked here, is nearly three times as fast as asking Node
 * for a Buffer (0.33 against 0.95 us for a tree node): the Buffer comes with an allocation outside the heap.
 */
function digestBytes(binary: string): Uint8Array {
  const bytes = new Uint8Array(32)
  for (let i = 0; i < 32; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** SHA-256 of the bytes in lower-case hex. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}
