// What `.ci/dist` makes of a program: checksums that are right, an image where buildah is, and tarballs that install offline into an
// empty folder, by the words of docs/install.md, where a test of Playwright passes.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '../..')
const PEERS = ['@playwright/test', 'playwright', 'playwright-core']
const { KANDY_HARNESS: binary, ...environment } = process.env

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kandy-tarballs-')))
const [dist, peers, empty] = ['dist', 'peers', 'empty'].map((name) => join(folder, name))
const [make, check] = commands('## A static program')
const [, install] = commands('## For npm')
try {
  mkdirSync(peers)
  mkdirSync(empty)
  shell(ROOT, make.replace('target/dist', dist), { KANDY_PROGRAM: binary })
  shell(dist, check)
  const hasBuildah = spawnSync('buildah', ['--version']).status === 0
  if (existsSync(join(dist, 'kandy-harness-image.tar')) !== hasBuildah) fail('there is an image where buildah is, and nowhere else')
  for (const peer of PEERS) run(join(HERE, 'node_modules', peer), 'npm', ['pack', '--silent', '--offline', '--pack-destination', peers])
  // Without a registry, and without what this machine may have of one.
  const own = install.replaceAll('./', `${dist}/`).replace('linux-x64', `${process.platform}-${process.arch}`)
  const others = readdirSync(peers).map((name) => join(peers, name))
  shell(empty, [own, ...others, '--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')].join(' '))
  writeFileSync(join(empty, 'playwright.config.mjs'), `export { default } from ${JSON.stringify(join(HERE, 'chromium.config.mjs'))}\n`)
  writeFileSync(join(empty, 'login.spec.mjs'), SPEC())
  run(empty, 'npx', ['--offline', 'playwright', 'test'])
} finally {
  rmSync(folder, { recursive: true })
}

/** The commands of a section of docs/install.md. */
function commands(head) {
  const [, section] = readFileSync(join(ROOT, 'docs/install.md'), 'utf8').split(`${head}\n`)
  return [...section.split('\n## ')[0].matchAll(/^```sh\n([^]*?)\n```$/gm)].map(([, command]) => command)
}

function shell(cwd, command, more) {
  run(cwd, 'sh', ['-c', command], more)
}

/** The quickstart page of the server is an application, too. */
function SPEC() {
  return `import { expect, test } from 'kandy-harness/playwright'
test('login', async ({ page, kandy }) => {
  const alice = await kandy.addUser()
  await page.goto(kandy.url + '/quickstart')
  await page.getByLabel('User name').fill(alice.name)
  await page.getByLabel('Password').fill(alice.password)
  await page.getByRole('button', { name: 'Login' }).click()
  await expect(alice).toBeConnected()
})
`
}

function run(cwd, program, words, more = {}) {
  const { status, error } = spawnSync(program, words, { cwd, env: { ...environment, ...more }, stdio: 'inherit', timeout: 300_000 })
  if (status !== 0) fail(`${[program, ...words].join(' ')} has failed in ${cwd} ${error ?? ''}`)
}

function fail(message) {
  console.error(message)
  rmSync(folder, { recursive: true, force: true })
  process.exit(1)
}
