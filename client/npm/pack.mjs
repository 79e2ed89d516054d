// Makes a tarball: that of the package, or that of a system's program.
//
// node client/npm/pack.mjs OUT                    the package, which is the same for all systems
// node client/npm/pack.mjs OUT SYSTEM FOLDER      its program, with the licenses: all that is in the folder
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const ROOT = join(HERE, '../..')

const [out, system, folder] = process.argv.slice(2)
const described = JSON.parse(readFileSync(join(HERE, 'package.json'), 'utf8'))
if (![3, 5].includes(process.argv.length)) throw new Error('it takes a folder for the tarball; and for a program its system, and the folder that has it')

const staged = mkdtempSync(join(tmpdir(), 'kandy-pack-'))
try {
  if (system === undefined) stagePackage()
  else stageProgram()
  pack()
} finally {
  rmSync(staged, { recursive: true })
}

function stagePackage() {
  for (const name of ['package.json', 'README.md', 'src']) cpSync(join(HERE, name), join(staged, name), { recursive: true })
  for (const name of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(join(ROOT, name), join(staged, name))
}

function stageProgram() {
  const name = `@kandy-harness/${system}`
  const known = Object.keys(described.optionalDependencies)
  if (!known.includes(name)) throw new Error(`the package names no ${name}, but ${known.join(', ')}`)
  const [os, cpu] = system.split('-')
  const program = os === 'win32' ? 'kandy-harness.exe' : 'kandy-harness'
  cpSync(folder, staged, { recursive: true })
  mkdirSync(join(staged, 'bin'))
  copyFileSync(join(folder, program), join(staged, 'bin', program))
  chmodSync(join(staged, 'bin', program), 0o755)
  rmSync(join(staged, program))
  const { version, license } = described
  const description = `The program of the package kandy-harness, for ${system}`
  // It has no `bin`: the package has one, which finds this.
  const files = ['bin', 'LICENSE-*', 'THIRD-PARTY.txt']
  const manifest = { name, version, description, license, os: [os], cpu: [cpu], files, preferUnplugged: true }
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(staged, 'README.md'), `# ${name}\n\n${description}, which brings it along where it is needed.\n`)
}

function pack() {
  // On Windows npm is a script, which takes a shell, so that no path is among the words.
  const { status, stderr } = spawnSync('npm pack --silent --offline --ignore-scripts', { cwd: staged, shell: true, encoding: 'utf8' })
  if (status !== 0) throw new Error(`npm pack has failed: ${stderr}`)
  mkdirSync(out, { recursive: true })
  for (const tarball of readdirSync(staged).filter((name) => name.endsWith('.tgz'))) copyFileSync(join(staged, tarball), join(out, tarball))
}
