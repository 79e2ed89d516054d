'use strict'

const { spawn } = require('node:child_process')
const { createInterface } = require('node:readline')
// Those of the environment may be faked by a test.
const { clearTimeout, setTimeout } = require('node:timers')
const { KandyError } = require('./error.js')

/** How long the server may take to say that it is there. */
const START_TIME = 20_000
/** How long it may take to end before it is killed. */
const END_TIME = 3000
/** How many of its last lines are kept, and how much of each. */
const LINES = 20
const LINE_LENGTH = 500

/** Those that run: none outlives this process. */
const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** A `kandy-harness serve` of its own. */
class Server {
  constructor(program, child) {
    this.program = program
    this.child = child
    this.lastLines = []
    this.isStopped = false
    /** Why it has ended, if it has without being told to. */
    this.failure = undefined
    running.add(child)
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`cannot be run: ${error.message}`))
      child.once('close', (code, signal) => resolve(signal ? `was ended by ${signal}` : `has ended with exit code ${code}`))
    })
    this.ended.then((how) => {
      running.delete(child)
      if (!this.isStopped) this.failure = new KandyError(`${program} ${how}${this.saidLast()}`)
    })
    createInterface({ input: child.stderr }).on('line', (line) => this.keep(line))
  }

  /**
   * Starts one, and waits until it says where it is.
   *
   * @param {string} program
   * @param {string[]} options Those of `serve`.
   * @returns {Promise<{ server: Server, said: object }>}
   */
  static async start(program, options) {
    // Its end of this pipe closes with this process, however that ends.
    const child = spawn(program, ['serve', ...options], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
    child.stdin.on('error', () => {})
    const server = new Server(program, child)
    const lines = createInterface({ input: child.stdout })
    let timer
    const first = new Promise((resolve, reject) => {
      lines.once('line', resolve)
      // Whatever else it says there is for nobody.
      lines.on('line', () => {})
      server.ended.then((how) => reject(new KandyError(`${program} ${how}${server.saidLast()}`, { help: helpFor(server.lastLines) })))
      timer = setTimeout(() => reject(new KandyError(`${program} has not said within ${START_TIME / 1000} s that it serves${server.saidLast()}`)), START_TIME)
    })
    try {
      return { server, said: read(program, await first) }
    } catch (error) {
      await server.stop()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  keep(line) {
    this.lastLines.push(line.slice(0, LINE_LENGTH))
    if (this.lastLines.length > LINES) this.lastLines.shift()
  }

  /** Its last lines, as they end a message. */
  saidLast() {
    return this.lastLines.length === 0 ? '' : `; its last lines:\n    ${this.lastLines.join('\n    ')}`
  }

  /** Ends it, and waits until it is gone. */
  async stop() {
    this.isStopped = true
    if (this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined) {
      this.child.kill('SIGTERM')
      const timer = setTimeout(() => this.child.kill('SIGKILL'), END_TIME)
      await this.ended
      clearTimeout(timer)
    }
  }
}

function read(program, line) {
  try {
    return JSON.parse(line)
  } catch {
    throw new KandyError(`${program} is not kandy-harness: it says ${JSON.stringify(line.slice(0, LINE_LENGTH))}`)
  }
}

function helpFor(lines) {
  const said = lines.join(' ')
  if (said.includes('cannot listen')) return 'leave out `port` to take any free one'
  if (said.includes('unexpected argument')) return 'the program is older than this package, which needs one of the same version'
  return undefined
}

module.exports = { Server }
