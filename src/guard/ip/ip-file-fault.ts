/** A file that facts about addresses should come from cannot be used. Its message names the setting to mend, not the path. */
export class IpFileFault extends Error {
  override readonly name = 'IpFileFault'
  readonly setting: string
  /** What is wrong, as it follows the setting's name in a sentence. */
  readonly wrong: string
  readonly path: string

  constructor(setting: string, wrong: string, path: string, cause?: unknown) {
    super(`${setting} ${wrong}`, { cause })
    this.setting = setting
    this.wrong = wrong
    this.path = path
  }
}
