export const goProgram: string
export const lowOrderVectors: string
export const wycheproof: string
export function lookUpSignatures(): { readonly present: boolean; readonly detail: string }
export function installSignatures(): void
