export const goProgram: string
export const lowOrderVectors: string
export const wycheproofVectors: string
export function lookUpEd25519(): { readonly present: boolean; readonly detail: string }
export function installEd25519(): void
