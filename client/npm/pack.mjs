// Makes the tarballs: that of the package, and that of the program for one system.
//
// node client/npm/pack.mjs --binary FILE --out FOLDER [--system linux-x64]
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '../..')
const LICENSES = ['LICENSE-APACHE', 'LICENSE-MIT']

const { values } = parseArgs({ options: { binary: { type: 'string' }, out: { type: 'string' }, system: { type: 'string' } } })
const { binary, out, system = `${process.platform}-${process.arch}` } = values
const described = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
const name = `@kandy-harness/${system}`
if (!binary || !out) fail('node client/npm/pack.mjs --binary FILE --out FOLDER [--system linux-x64]')
if (!(name in described.optionalDependencies)) fail(`${system} is no system that the package names: ${Object.keys(described.optionalDependencies).join(', ')}`)

const folder = mkdtempSync(join(tmpdir(), 'kandy-pack-'))
try {
  mkdirSync(out, { recursive: true })
  pack(join(folder, 'package'), (to) => {
    copyFileSync(join(HERE, 'package.json'), join(to, 'package.json'))
    copyFileSync(join(HERE, 'README.md'), join(to, 'README.md'))
    cpSync(join(HERE, 'src'), join(to, 'src'), { recursive: true })
  })
  pack(join(folder, 'program'), (to) => {
    const [os, cpu] = system.split('-')
    const { version, license } = described
    const description = `The program of kandy-harness for ${os} on ${cpu}`
    writeFileSync(join(to, 'package.json'), JSON.stringify({ name, version, description, license, os: [os], cpu: [cpu], files: ['bin'] }, null, 2))
    mkdirSync(join(to, 'bin'))
    const program = join(to, 'bin', os === 'win32' ? 'kandy-harness.exe' : 'kandy-harness')
    copyFileSync(binary, program)
    chmodSync(program, 0o755)
  })
} finally {
  rmSync(folder, { recursive: true })
}

function pack(from, fill) {
  mkdirSync(from)
  fill(from)
  for (const license of LICENSES) copyFileSync(join(ROOT, license), join(from, license))
  const { status } = spawnSync('npm', ['pack', '--silent', '--offline', '--pack-destination', resolve(out)], { cwd: from, stdio: 'inherit' })
  if (status !== 0) fail(`npm pack has failed in ${from}`)
}

function fail(message) {
  console.error(message)
  process.exit(2)
}
