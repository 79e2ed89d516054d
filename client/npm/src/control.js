'use strict'

const http = require('node:http')
const https = require('node:https')
const { setTimeout: sleep } = require('node:timers/promises')
const { KandyError } = require('./error.js')

/** How much later than the end of a connection the news may come that the server itself has ended, in ms. */
const NEWS_TIME = 2000

/** The control interface of a server, over `node:http`: an environment's own `fetch` may obey CORS, or be faked. */
class Control {
  /**
   * @param {{ url: string, token: string, certificate?: string }} where Its address, its token, and what TLS is to trust.
   * @param {{ failure?: Error, ended: Promise<unknown> }} [server] The process, if it is one of this program.
   */
  constructor({ url, token, certificate }, server) {
    this.base = new URL(url.endsWith('/') ? url : `${url}/`)
    this.token = token
    this.server = server
    const { Agent } = this.base.protocol === 'https:' ? https : http
    this.agent = new Agent({ keepAlive: true, ca: certificate })
  }

  /** Asks what changes nothing. */
  async look(path, query = {}) {
    return this.ask('GET', this.addressOf(path, query))
  }

  /** The same, of what is text to be read. */
  async lookAtText(path, query = {}) {
    return this.ask('GET', this.addressOf(path, query), undefined, (text) => text)
  }

  addressOf(path, query) {
    const url = new URL(path, this.base)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value))
    }
    return url
  }

  /** Does something. */
  act(path, given = {}) {
    return this.ask('POST', new URL(path, this.base), JSON.stringify(given))
  }

  /** Asks, and reads what is answered; of what is refused, the reason. */
  async ask(method, url, body, readAnswer = read) {
    if (this.server?.failure) throw this.server.failure
    let answer
    try {
      answer = await this.send(method, url, body)
    } catch (error) {
      if (this.server) await Promise.race([this.server.ended, sleep(NEWS_TIME, undefined, { ref: false })])
      throw this.server?.failure ?? new KandyError(`${url.origin} does not answer: ${error.message}`, { cause: error })
    }
    const { status, text } = answer
    const isDone = status >= 200 && status < 300
    const told = isDone ? readAnswer(text) : read(text)
    if (isDone && told !== undefined) return told
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
