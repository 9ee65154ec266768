/** A file of a bundle, whose container stores its files uncompressed. Throws where there is none of that name. */
export function storedFile(archive: Buffer, name: string): Uint8Array {
  // APPNOTE 4.3.7: local header of 30 bytes, compressed size at 18, name length at 26, extra length at 28.
  for (let at = 0; archive.readUInt32LE(at) === 0x04034b50; ) {
    const start = at + 30 + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28)
    const end = start + archive.readUInt32LE(at + 18)
    if (archive.toString('latin1', at + 30, at + 30 + archive.readUInt16LE(at + 26)) === name)
      return Uint8Array.from(archive.subarray(start, end))
    at = end
  }
  throw new Error(`the bundle holds no ${name}`)
}
