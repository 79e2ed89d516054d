// What `npm pack` makes installs offline into an empty folder. There the command is that of the package, and a test of Playwright passes.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const PEERS = ['@playwright/test', 'playwright', 'playwright-core']
const { KANDY_HARNESS: binary, ...environment } = process.env

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kandy-tarballs-')))
const [program, packed, empty] = ['program', 'packed', 'empty'].map((name) => join(folder, name))
try {
  for (const made of [program, packed, empty]) mkdirSync(made)
  copyFileSync(binary, join(program, 'kandy-harness'))
  const pack = ['../../client/npm/pack.mjs', packed]
  run(HERE, process.execPath, ...pack)
  run(HERE, process.execPath, ...pack, `${process.platform}-${process.arch}`, program)
  for (const peer of PEERS) run(join(HERE, 'node_modules', peer), 'npm', 'pack', '--silent', '--offline', '--pack-destination', packed)
  // Without a registry, and without what this machine may have of one.
  const tarballs = readdirSync(packed).map((name) => join(packed, name))
  const npm = ['--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')]
  run(empty, 'npm', 'install', ...npm, ...tarballs)
  run(empty, 'npx', '--offline', 'kandy-harness', '--version')
  run(empty, 'sh', '-c', 'npx --offline kandy-harness run nowhere.rhai; test $? = 3')
  writeFileSync(join(empty, 'playwright.config.mjs'), `export { default } from ${JSON.stringify(join(HERE, 'chromium.config.mjs'))}\n`)
  writeFileSync(join(empty, 'login.spec.mjs'), SPEC())
  run(empty, 'npx', '--offline', 'playwright', 'test')
} finally {
  rmSync(folder, { recursive: true })
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

function run(cwd, program, ...words) {
  const { status, error } = spawnSync(program, words, { cwd, env: environment, stdio: 'inherit', timeout: 300_000 })
  if (status !== 0) {
    console.error(`${[program, ...words].join(' ')} has failed in ${cwd}`, error ?? '')
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  }
}
