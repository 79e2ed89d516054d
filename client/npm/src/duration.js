'use strict'

const { KandyError } = require('./error.js')

/** Days, hours, minutes, seconds and milliseconds in ms. */
const UNITS = [86_400_000, 3_600_000, 60_000, 1000, 1]

/** Milliseconds of a duration: a number of them, or a text such as `"1h 30m"`, as the server reads it. */
function milliseconds(duration) {
  if (Number.isSafeInteger(duration) && duration >= 0) return duration
  const read = typeof duration === 'string' ? /^(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?\s*(?:(\d+)ms)?$/.exec(duration.trim()) : null
  if (read !== null && read[0] !== '') {
    return UNITS.reduce((sum, unit, index) => sum + unit * Number(read[index + 1] ?? 0), 0)
  }
  throw new KandyError(`${JSON.stringify(duration)} is not a duration`, { help: 'write "250ms", "30s", "1h 30m", or whole milliseconds' })
}

/** Seconds with three digits, as transcripts write an instant. */
function seconds(time) {
  return (time / 1000).toFixed(3)
}

module.exports = { milliseconds, seconds }
