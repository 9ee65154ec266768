export declare function releaseNotes(of: {
  readonly version: string
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[]
  readonly changelog: string
}): string
