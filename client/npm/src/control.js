'use strict'

const http = require('node:http')
const https = require('node:https')
// That of the environment may be faked by a test.
const { setImmediate } = require('node:timers')
const { KandyError } = require('./error.js')

/** The control interface of a server, over `node:http`: an environment's own `fetch` may obey CORS, or be faked. */
class Control {
  /**
   * @param {{ url: string, token: string, certificate?: string }} where Its address, its token, and what TLS is to trust.
   * @param {() => Error | undefined} failure Why the server has ended, if it has.
   */
  constructor({ url, token, certificate }, failure = () => undefined) {
    this.base = new URL(url.endsWith('/') ? url : `${url}/`)
    this.token = token
    this.failure = failure
    const { Agent } = this.base.protocol === 'https:' ? https : http
    this.agent = new Agent({ keepAlive: true, ca: certificate })
  }

  /** Asks what changes nothing. */
  look(path, query = {}) {
    const url = new URL(path, this.base)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value))
    }
    return this.ask('GET', url)
  }

  /** Does something. */
  act(path, given = {}) {
    return this.ask('POST', new URL(path, this.base), JSON.stringify(given))
  }

  async ask(method, url, body) {
    const failure = this.failure()
    if (failure) throw failure
    let answer
    try {
      answer = await this.send(method, url, body)
    } catch (error) {
      // The news that the server has ended may come a moment later than the end of the connection.
      await new Promise((resolve) => setImmediate(resolve))
      throw this.failure() ?? new KandyError(`${url.origin} does not answer: ${error.message}`, { cause: error })
    }
    const { status, text } = answer
    const told = read(text)
    if (status >= 200 && status < 300 && told !== undefined) return told
    const { message, help } = told?.error ?? { message: `${method} ${url.pathname} was answered with ${status}` }
    throw new KandyError(message, { help: help ?? undefined, status })
  }

  send(method, url, body, isAgain = false) {
    const { request } = url.protocol === 'https:' ? https : http
    const headers = { Authorization: `Bearer ${this.token}` }
    if (body !== undefined) {
      headers['Content-Type'] = 'application/json'
      headers['Content-Length'] = Buffer.byteLength(body)
    }
    return new Promise((resolve, reject) => {
      const asked = request(url, { method, headers, agent: this.agent }, (answer) => {
        const chunks = []
        answer.on('data', (chunk) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString('utf8') }))
      })
      asked.on('error', (error) => {
        // The server may close a connection that was kept just when it is used again: then it has not seen the request.
        if (asked.reusedSocket && error.code === 'ECONNRESET' && !isAgain) resolve(this.send(method, url, body, true))
        else reject(error)
      })
      asked.end(body)
    })
  }

  close() {
    this.agent.destroy()
  }
}

function read(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

module.exports = { Control }
