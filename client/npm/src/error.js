'use strict'

/** What went wrong with the harness, and what to do about it. */
class KandyError extends Error {
  /**
   * @param {string} message What went wrong.
   * @param {{ help?: string, status?: number, cause?: unknown }} [more]
   */
  constructor(message, { help, status, cause } = {}) {
    super(help ? `${message}\n  help: ${help}` : message, cause === undefined ? undefined : { cause })
    this.name = 'KandyError'
    /** What to do, if that is known. */
    this.help = help
    /** The status of the server's answer, if it is the server that has refused something. */
    this.status = status
  }
}

module.exports = { KandyError }
