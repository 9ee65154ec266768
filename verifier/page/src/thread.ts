import type { Answer, Request } from './messages.js'

/** A thread that judges one piece of evidence and holds it. Ending it stops a check, and what it held is gone. */
export interface Thread {
  /** Requests are answered one after the other. */
  ask(request: Request): Promise<Answer>
  end(): void
}

export function startThread(script: string): Thread {
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }))
  const worker = new Worker(address)
  let before: Promise<unknown> = Promise.resolve()
  return {
    ask(request) {
      const answer = before.then(
        () =>
          new Promise<Answer>((resolve) => {
            worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data)
            worker.onerror = () => resolve({ kind: 'refused', message: 'This browser runs no thread in this page.' })
            worker.postMessage(request)
          }),
      )
      before = answer
      return answer
    },
    end() {
      worker.terminate()
      URL.revokeObjectURL(address)
    },
  }
}
