// The core of the package, without any framework.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as esm from 'kandy-harness'

const { KandyError, connect, findBinary, start } = esm
const require = createRequire(import.meta.url)

/** A platform for one test. */
async function platform(t, options) {
  const kandy = await start(options)
  t.after(() => kandy.stop())
  return kandy
}

/** Asks as an application does. */
async function ask(kandy, path, { name, password }) {
  const headers = { authorization: `basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
  const answer = await fetch(`${kandy.url}${path}`, { headers })
  return { status: answer.status, body: await answer.json() }
}

/** Waits for what is bound to come. */
async function until(condition) {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    assert.ok(Date.now() < deadline, `in vain for ${condition}`)
    await sleep(10)
  }
}

async function rejection(promise) {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

/** A folder that goes with the test. */
async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'kandy-js-'))
  t.after(() => rm(path, { recursive: true }))
  return path
}

/** A program that does as it is told. */
async function program(t, text, interpreter = '/bin/sh') {
  const path = join(await folder(t), 'kandy-harness')
  await writeFile(path, `#!${interpreter}\n${text}\n`)
  await chmod(path, 0o755)
  return path
}

test('both kinds of module are one package', () => {
  const cjs = require('kandy-harness')
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort())
  for (const name of Object.keys(cjs)) assert.equal(cjs[name], esm[name])
})

test('it has no dependency at run time', () => {
  const { dependencies, engines } = require('kandy-harness/package.json')
  assert.equal(dependencies, undefined)
  assert.equal(engines.node, '>=20')
})

test('a platform is started, and its configuration is what create takes', async (t) => {
  const kandy = await platform(t)
  const { port } = new URL(kandy.url)
  const server = { server: '127.0.0.1', port: Number(port) }
  assert.deepEqual(kandy.config, {
    authentication: { subscription: { protocol: 'http', ...server }, websocket: { protocol: 'ws', ...server } }
  })
  assert.equal(kandy.wsUrl, `ws://127.0.0.1:${port}`)
})

test('users are their names and passwords, and nobody else\'s', async (t) => {
  const kandy = await platform(t)
  const [one, other] = [await kandy.addUser({ tokenLifetime: '1h' }), await kandy.addUser()]
  assert.notEqual(one.name, other.name)
  assert.notEqual(one.password, other.password)
  assert.deepEqual({ ...one }, { name: one.name, password: one.password })
  const { status, body } = await ask(kandy, '/v2.0/auth/mk_token?refresh=y', one)
  assert.deepEqual([status, body.success.expires], [200, 3600])
  assert.equal((await ask(kandy, '/v2.0/auth/mk_token?refresh=y', { ...other, password: one.password })).status, 401)
  const named = await kandy.addUser({ name: 'carol@example.com', password: 'mine' })
  assert.deepEqual([named.name, named.password], ['carol@example.com', 'mine'])
})

test('a verb is called as in scripts, of the platform or of a user', async (t) => {
  const kandy = await platform(t)
  const alice = await kandy.addUser()
  await kandy.fail('mk_token', [{ status: 503, times: 1 }, { status: 500, times: 1 }])
  assert.equal((await ask(kandy, '/v2.0/auth/mk_token', alice)).status, 503)
  await kandy.clear('mk_token')
  await alice.setPassword('another')
  assert.equal((await ask(kandy, '/v2.0/auth/mk_token', { ...alice, password: 'another' })).status, 200)
  const { accessToken, expires } = await alice.issueToken({ lifetime: '2h' })
  assert.deepEqual([typeof accessToken, expires], ['string', 7200])
  assert.equal((await kandy.cut(alice)).count, 0)
  await kandy.offline({ user: alice })
  assert.deepEqual((await kandy.journal({ since: 0 })).records.at(-1).arguments, { user: alice.name })
  const { id } = await kandy.fail('subscribe', { status: 503, user: alice })
  await kandy.clear(null, { id })
  assert.deepEqual((await kandy.state()).faults, [])
  assert.equal((await alice.sendRaw(new Uint8Array([1, 2]))).count, 0)
  const [sent] = (await kandy.journal({ since: 0 })).records.filter(({ name }) => name === 'sendRaw')
  assert.equal(sent.arguments.base64, 'AQI=')
})

test('what an action gives is a place to look from', async (t) => {
  const kandy = await platform(t)
  const alice = await kandy.addUser()
  await ask(kandy, '/v2.0/auth/mk_token', alice)
  const mark = await kandy.mark('before the second')
  const faulty = await kandy.fail('subscribe', { status: 500 })
  assert.ok(faulty.next > mark.next)
  assert.equal((await alice.requests({ since: mark })).length, 0)
  await ask(kandy, '/v2.0/auth/mk_token', alice)
  assert.equal((await alice.requests({ since: faulty })).length, 1)
  assert.equal((await alice.requests()).length, 2)
  const lines = (await kandy.transcript()).split('\n').map((line) => line.trim().split(/\s{2,}/))
  const kinds = lines.map(([, , kind]) => kind)
  // The last line ends, too.
  assert.deepEqual(kinds, ['control', 'control', 'request', 'mark', 'control', 'request', undefined])
  const since = await kandy.transcript({ user: alice, since: faulty })
  assert.match(since, /^\S+ +user-1@example.com +request +GET mk_token {2}200\n$/)
  assert.match(await alice.transcript({ mark: 'before the second' }), /^\S+ +platform +mark +before the second\n/)
  assert.match((await rejection(kandy.transcript({ mark: 'never' }))).message, /there is no mark "never" in the journal\n {2}help: POST mark writes one/)
})

test('what is refused says why, and what to do', async (t) => {
  const kandy = await platform(t)
  const cases = [
    [() => kandy.cut('nobody@example.com'), /there is no user "nobody@example.com"/],
    [() => kandy.fail('subscrib', {}), /did you mean `subscribe`/],
    [() => kandy.close('alice@example.com', 70000), /70000 is not a close code\n {2}help: close codes are 1000 to 4999/],
    [() => kandy.addUser({ tokenLifetme: '1h' }), /addUser has no argument `tokenLifetme`\n {2}help: did you mean `tokenLifetime`\?/],
    [() => kandy.reset('now'), /reset takes 0 arguments at most, and got 1/],
    [() => kandy.cut('alice@example.com', 'WS-1'), /the options of cut must be an object, not "WS-1"/],
    [() => kandy.clock.advance('1h'), /the clock is the real one.*\n {2}help: start with/],
    [() => kandy.clock.advance('soon'), /"soon" is not a duration\n {2}help: write "250ms"/],
    [() => start({ clok: 'manual' }), /start has no option "clok"\n {2}help: it has anyUser/]
  ]
  for (const [act, expected] of cases) {
    const error = await rejection((async () => act())())
    assert.ok(error instanceof KandyError, String(error))
    assert.match(error.message, expected)
  }
})

test('nobody comes: it is told what came last, or that nothing did', async (t) => {
  const kandy = await platform(t)
  const alice = await kandy.addUser()
  assert.match((await rejection(alice.connected({ timeout: 20 }))).message, /has 0 open sockets after 0.02 s, not 1\n {2}help: the platform has not seen any request: does the page load Kandy.js/)
  await ask(kandy, '/v2.0/auth/mk_token', alice)
  assert.match((await rejection(alice.connected({ timeout: 20 }))).message, /what came last is GET \/v2.0\/auth\/mk_token at [0-9.]+ s, answered with 200/)
})

test('a manual clock stands still until it is moved', async (t) => {
  const kandy = await platform(t, { clock: 'manual' })
  assert.equal(await kandy.clock.now(), 0)
  await kandy.clock.pass('1h 30m')
  assert.equal(await kandy.clock.now(), 5_400_000)
  await kandy.clock.settle()
})

test('the program is found: what is named, in its package, on the path; else the error names all three', async (t) => {
  const path = await program(t, 'exit 0')
  const none = () => { throw new Error('no such package') }
  assert.equal(findBinary({ KANDY_HARNESS: path }, none), path)
  assert.equal(findBinary({ PATH: `/nowhere:${join(path, '..')}` }, none), path)
  const asked = []
  const ofPackage = (name) => (asked.push(name), '/packages/kandy-harness')
  assert.equal(findBinary({ PATH: join(path, '..') }, ofPackage), '/packages/kandy-harness')
  assert.deepEqual(asked, [`@kandy-harness/${process.platform}-${process.arch}/bin/kandy-harness`])
  const commands = join(path, '../node_modules/.bin')
  await mkdir(commands, { recursive: true })
  await copyFile(path, join(commands, 'kandy-harness'))
  assert.throws(() => findBinary({ PATH: commands }, none), /there is no kandy-harness/, 'the command of a package finds itself')
  assert.throws(() => findBinary({ PATH: '/nowhere' }, none), ({ message }) =>
    ['KANDY_HARNESS', 'optional dependencies', 'on the path'].every((way) => message.includes(way)))
  assert.throws(() => findBinary({ KANDY_HARNESS: '/nowhere' }, none), /KANDY_HARNESS is "\/nowhere", which is not a program/)
})

test('the command of the package is the program: its arguments, streams, signals and end', async (t) => {
  const command = join(require.resolve('kandy-harness/package.json'), '../src/command.js')
  const launch = async (script, then = () => {}) => {
    const env = { ...process.env, KANDY_HARNESS: await program(t, script, process.execPath) }
    const launched = spawn(process.execPath, [command, 'run', 'two words'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const told = []
    for (const stream of [launched.stdout, launched.stderr]) stream.on('data', (text) => (told.push(String(text)), then(launched)))
    const [code, signal] = await once(launched, 'close')
    return { code, signal, told: told.join('') }
  }
  assert.deepEqual(await launch('console.log(process.argv.slice(2).join()); process.exitCode = 3'), { code: 3, signal: null, told: 'run,two words\n' })
  assert.deepEqual(await launch('process.kill(process.pid, "SIGKILL")'), { code: null, signal: 'SIGKILL', told: '' })
  // Of what a terminal sends to both, the program decides what comes of it.
  const patient = 'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("ready")'
  const ended = await launch(patient, (launched) => ['SIGINT', 'SIGTERM'].forEach((signal) => launched.kill(signal)))
  assert.deepEqual(ended, { code: 7, signal: null, told: 'ready\n' })
})

test('a port that is taken, an older program, one that is something else', async (t) => {
  const kandy = await platform(t)
  const taken = await rejection(start({ port: new URL(kandy.url).port }))
  assert.match(taken.message, /cannot listen on 127.0.0.1:\d+[^]*help: leave out `port`/)
  const old = await program(t, `
    const server = require('http').createServer((_, answer) => answer.end('{"version": "0.0.9"}'))
    server.listen(0, '127.0.0.1', () => {
      const url = 'http://127.0.0.1:' + server.address().port
      console.log(JSON.stringify({ url, ws: url, control: url + '/__admin', token: 'T' }))
    })`, process.execPath)
  const older = await rejection(start({ binary: old }))
  assert.match(older.message, /is version 0.0.9 and has none; this package needs api 1\n {2}help: take the package and the program of one release/)
  const other = await program(t, 'echo hello')
  assert.match((await rejection(start({ binary: other }))).message, /is not kandy-harness: it says "hello"/)
  const unknowing = await program(t, 'echo "error: unexpected argument \'--exit-with-stdin\' found" >&2; exit 2')
  assert.match((await rejection(start({ binary: unknowing }))).message, /exit code 2; its last lines:\n {4}error: unexpected argument[^]*help: the program is older/)
  assert.match((await rejection(start({ binary: '/nowhere' }))).message, /cannot be run: .*ENOENT/)
})

test('a server that crashes is told of, with its last lines', async (t) => {
  const kandy = await platform(t)
  process.kill(kandy.server.child.pid, 'SIGKILL')
  const error = await rejection((async () => { for (;;) await kandy.state() })())
  assert.match(error.message, /was ended by SIGKILL/)
  assert.equal(await rejection(kandy.offline()), error)
})

test('what is disposed of is gone, and so is what a process leaves behind', async () => {
  const kandy = await start()
  const { child } = kandy.server
  await kandy[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]()
  assert.ok(child.exitCode !== null || child.signalCode !== null)
  // The process is ended in the middle, without a chance to do anything about it.
  const script = `import('kandy-harness').then(async ({ start }) => { const { server } = await start(); console.log(server.child.pid); process.kill(process.pid, 'SIGKILL') })`
  const ended = await rejection(promisify(execFile)(process.execPath, ['-e', script]))
  const pid = Number(ended.stdout)
  assert.ok(pid > 0, ended.stderr)
  await until(() => {
    try {
      return !process.kill(pid, 0)
    } catch (error) {
      return error.code === 'ESRCH'
    }
  })
})

test('a server that runs already is steered, too', async (t) => {
  const kandy = await platform(t)
  const same = await connect({ url: kandy.url, token: kandy.token })
  t.after(() => same.stop())
  const alice = await same.addUser()
  assert.match(alice.name, /^user-1-[0-9a-f]{8}@example.com$/)
  assert.equal((await ask(kandy, '/v2.0/auth/mk_token', alice)).status, 200)
  assert.match((await rejection(connect({ token: 'T' }))).message, /connect needs the address of a server and its token\n {2}help: give `url`/)
  assert.equal((await rejection(connect({ url: kandy.url, token: 'wrong' }))).status, 401)
})
