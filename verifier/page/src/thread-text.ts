/** The program of the thread, `worker.ts` with the whole verifier, deflated, in base64: the build puts it here. */
export const THREAD: string = ''
