'use strict'

const { readFileSync } = require('node:fs')
const { findBinary } = require('./binary.js')
const { KandyError } = require('./error.js')
const { Kandy } = require('./kandy.js')
const { Server } = require('./server.js')

/** The form of the control interface that this package speaks. */
const API = 1

/** Starts a platform of one's own. It ends with `stop()`, or with this process. */
async function start(options = {}) {
  const program = options.binary ?? findBinary()
  const { server, said } = await Server.start(program, argumentsOf(options))
  const kandy = new Kandy(said, { server, disturbance: options.schedule, certificate: said.certificate ? readFileSync(said.certificate, 'utf8') : undefined })
  try {
    await checkVersion(kandy, program)
    return kandy
  } catch (error) {
    await kandy.stop()
    throw error
  }
}

/** The platform of a server that somebody else has started: by default, as `kandy-harness serve -- COMMAND` tells its command. */
async function connect(options = {}) {
  const url = options.url ?? process.env.KANDY_URL
  const token = options.token ?? process.env.KANDY_CONTROL_TOKEN
  if (!url || !token) {
    throw new KandyError('connect needs the address of a server and its token', {
      help: 'give `url` and `token`, or run this behind `kandy-harness serve -- `, which sets KANDY_URL and KANDY_CONTROL_TOKEN'
    })
  }
  const certificate = options.certificate ?? process.env.KANDY_CERTIFICATE
  const { origin } = new URL(url)
  const said = { url: origin, ws: origin.replace(/^http/, 'ws'), control: `${origin}/__admin`, token }
  const own = { certificate: certificate ? readFileSync(certificate, 'utf8') : undefined }
  const kandy = new Kandy(said, { ...own, disturbance: process.env.KANDY_DISTURBANCE })
  await checkVersion(kandy, origin)
  return kandy
}

async function checkVersion(kandy, who) {
  const { api, version } = await kandy.state({ limit: 0 })
  if (api === API) return
  const which = api === undefined ? 'has none' : `has api ${api}`
  throw new KandyError(`${who} is version ${version} and ${which}; this package needs api ${API}`, {
    help: 'take the package and the program of one release'
  })
}

/** The options of `serve`. */
function argumentsOf(options) {
  const known = ['anyUser', 'args', 'binary', 'clock', 'limits', 'origins', 'port', 'schedule', 'script', 'sdk', 'tls', 'users']
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new KandyError(`start has no option ${JSON.stringify(unknown)}`, { help: `it has ${known.join(', ')}` })
  }
  const { anyUser, args = [], clock = 'real', limits = {}, origins = [], port = 0, schedule, script, sdk, tls, users = [] } = options
  const flag = (name, value) => (value === undefined ? [] : [name, String(value)])
  return [
    '--json', '--exit-with-stdin', ...flag('--port', port), ...flag('--clock', clock), ...flag('--schedule', schedule), ...flag('--script', script), ...flag('--sdk', sdk),
    ...(anyUser ? ['--any-user'] : []), ...(tls ? ['--tls'] : []),
    ...origins.flatMap((origin) => flag('--origin', origin)),
    ...users.flatMap(({ name, password }) => flag('--user', `${name}:${password}`)),
    ...Object.entries(limits).flatMap(([name, value]) => flag('--limit', `${name}=${value}`)),
    ...args
  ]
}

module.exports = { start, connect }
