'use strict'

const { accessSync, constants } = require('node:fs')
const { delimiter, join } = require('node:path')
const { KandyError } = require('./error.js')

const NAME = process.platform === 'win32' ? 'kandy-harness.exe' : 'kandy-harness'
const OF_PACKAGES = join('node_modules', '.bin')
const WAYS = `set KANDY_HARNESS to the program, install the package for this system beside this one (npm does, unless it is told to leave out optional dependencies), or put kandy-harness on the path (cargo install --path scenarios)`

/** The package that has the program for this system. */
function platformPackage(platform = process.platform, arch = process.arch) {
  return `@kandy-harness/${platform}-${arch}`
}

/**
 * Where the program is: what `KANDY_HARNESS` says, else that of the package for this system, else one on the path.
 *
 * @param {Record<string, string | undefined>} [environment]
 * @param {(name: string) => string} [resolve] Finds a file of a package.
 */
function findBinary(environment = process.env, resolve = require.resolve) {
  const named = environment.KANDY_HARNESS
  if (named) {
    if (isProgram(named)) return named
    throw new KandyError(`KANDY_HARNESS is ${JSON.stringify(named)}, which is not a program that can be run`, { help: WAYS })
  }
  const packaged = inPackage(resolve)
  if (packaged) return packaged
  // Where package managers put commands of packages, that of this one would find itself.
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '' && !folder.endsWith(OF_PACKAGES))
  const onPath = folders.map((folder) => join(folder, NAME)).find(isProgram)
  if (onPath) return onPath
  throw new KandyError(`there is no kandy-harness for ${process.platform} on ${process.arch}`, { help: WAYS })
}

function inPackage(resolve) {
  try {
    return resolve(`${platformPackage()}/bin/${NAME}`)
  } catch {
    // It is optional: there is none for every system.
    return undefined
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

module.exports = { findBinary, platformPackage }
