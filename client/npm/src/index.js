'use strict'

const { KandyError } = require('./error.js')
const { findBinary } = require('./binary.js')
const { Kandy, Socket, User } = require('./kandy.js')
const { connect, start } = require('./start.js')

module.exports = { Kandy, KandyError, Socket, User, connect, findBinary, start }
