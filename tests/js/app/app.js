// An application as many have it: a form to log in, a line that says how it stands, and the messages that come.
'use strict'

{
  // How long the user waits for an answer before being told that there is none.
  const PATIENCE = 15_000
  const REASONS = { GONE: 'Somebody else has ended it.', LOST_CONNECTION: 'The connection could not be restored.' }

  // Faults that are planted on purpose, such as ?planted=login, so that it shows whether an exploration finds them.
  const planted = new URLSearchParams(location.search).get('planted')
  const at = (id) => document.getElementById(id)
  let kandy
  let patience

  function say(id, text) {
    at(id).hidden = text === ''
    at(id).textContent = text
  }

  function show() {
    const { isConnected, isPending } = kandy.getConnection()
    const isOpen = kandy.connection.getSocketState('uc').connected
    at('state').textContent = isPending ? 'One moment…' : isConnected ? 'Online' : 'Signed out'
    at('banner').hidden = !isConnected || isPending || isOpen
    at('sign-in').hidden = isConnected
    at('sign-out').hidden = !isConnected
    if (!isPending) clearTimeout(patience)
  }

  // Begins with a new client, and hears of the last one no more.
  function begin() {
    const own = globalThis.Kandy.create(globalThis.kandyConfig)
    const on = (type, listener) => own.on(type, (params) => kandy === own && listener(params))
    kandy = own
    on('auth:change', ({ reason } = {}) => {
      show()
      if (reason) say('problem', `The session has ended. ${REASONS[reason] ?? reason}`)
    })
    on('auth:error', ({ error }) => {
      show()
      say('problem', error.message)
    })
    on('ws:change', planted === 'banner' ? showOfOnce : show)
    on('notification:received', ({ payload }) => {
      const message = document.createElement('li')
      message.textContent = payload.notificationMessage.text ?? payload.notificationMessage.eventType
      at('messages').append(message)
    })
  }

  // As if a lost connection were always back a second later: where it is refused, the banner stays.
  function showOfOnce() {
    if (kandy.connection.getSocketState('uc').connected) return
    show()
    setTimeout(show, 1000)
  }

  function giveUp() {
    say('problem', 'The server does not answer.')
    // A client whose login hangs takes no other: with this fault the button is dead from here on.
    if (planted === 'login') return
    begin()
    show()
  }

  at('sign-in').addEventListener('submit', (event) => {
    event.preventDefault()
    const { username, password } = Object.fromEntries(new FormData(event.target))
    say('problem', '')
    patience = setTimeout(giveUp, PATIENCE)
    kandy.connect({ username, password })
  })
  at('sign-out').addEventListener('click', () => kandy.disconnect())
  begin()
}
