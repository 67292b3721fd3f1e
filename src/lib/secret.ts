import { inspect } from 'node:util'

const hidden = '[redacted]'

/** A value that prints as [redacted] in logs, JSON, templates and errors. Only reveal() gives it out. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }
  reveal(): string {
    return this.#value
  }
  toString(): string {
    return hidden
  }
  toJSON(): string {
    return hidden
  }
  [inspect.custom](): string {
    return hidden
  }
}
