import index from './index.js'

export const { Kandy, KandyError, Socket, User, connect, findBinary, start } = index
