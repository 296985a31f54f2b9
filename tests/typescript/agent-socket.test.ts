import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import {
  AgentSocket,
  type AgentSocketOptions,
  ConnectionClosedError,
  ProblemError,
  type RunEvent,
  type Violation,
  type WebSocketConstructor,
} from '@experience-plane/client'
import { WebSocket } from 'ws'
import { CONVERSATION, example, RUN } from './contract.js'
import { type Peer, serve } from './scripted-server.js'

interface Connected {
  readonly socket: AgentSocket
  readonly peer: Peer
  readonly violations: Violation[]
}

async function connect(t: TestContext, options: Partial<AgentSocketOptions> = {}): Promise<Connected> {
  const server = await serve()
  t.after(server.close)
  const violations: Violation[] = []
  const socket = await AgentSocket.connect({
    baseUrl: server.baseUrl,
    authentication: { ticket: async () => 'ticket-of-the-test-0001' },
    WebSocket: WebSocket as unknown as WebSocketConstructor,
    onViolation: (violation) => violations.push(violation),
    ...options,
  })
  return { socket, peer: await server.peer, violations }
}

async function openConversation({ socket, peer }: Connected) {
  const opening = socket.openConversation()
  const { correlation_id } = await peer.next('conversation.open')
  peer.send(example('conversation.opened', correlation_id === undefined ? {} : { correlation_id }))
  return opening
}

/** Sends a message up to its acceptance. */
async function begin(connected: Connected) {
  const { conversation_id } = await openConversation(connected)
  const sending = connected.socket.sendMessage({ conversation_id, text: 'How many?', context: { surface: 'general' } })
  const { message_id } = await connected.peer.next('agent.message')
  connected.peer.send(example('message.accepted', { message_id }))
  return sending
}

const events = {
  started: example('agent.started', { seq: 2, cursor: 2 }),
  token: (seq: number, delta: string) => example('agent.token', { seq, cursor: seq, delta }),
  completed: (seq: number, text: string) => example('agent.completed', { seq, cursor: seq, text }),
}

async function collect(run: AsyncIterable<RunEvent>): Promise<string[]> {
  const types: string[] = []
  for await (const event of run) types.push(event.type)
  return types
}

test('The handshake offers the subprotocol and gives the ticket in the query', async (t) => {
  const { socket, peer } = await connect(t)
  assert.equal(peer.request.url, '/api/runtime/agent?ticket=ticket-of-the-test-0001')
  assert.equal(peer.request.headers['sec-websocket-protocol'], 'experience.agent.v1')
  assert.equal(socket.ready.type, 'connection.ready')
})

test('An access token goes into the header and never into the address', async (t) => {
  const { peer } = await connect(t, { authentication: { accessToken: 'a.b.c' } })
  assert.equal(peer.request.url, '/api/runtime/agent')
  assert.equal(peer.request.headers.authorization, 'Bearer a.b.c')
})

test('A handshake that is refused is a ConnectionClosedError', async (t) => {
  const server = await serve()
  await server.close()
  t.mock.method(console, 'error', () => undefined)
  const connecting = AgentSocket.connect({
    baseUrl: server.baseUrl,
    authentication: { accessToken: 'a.b.c' },
    WebSocket: WebSocket as unknown as WebSocketConstructor,
  })
  await assert.rejects(connecting, ConnectionClosedError)
})

test('openConversation resolves with the reply that repeats its correlation id', async (t) => {
  const connected = await connect(t)
  const opened = await openConversation(connected)
  assert.equal(opened.conversation_id, CONVERSATION)
  assert.equal(connected.socket.cursor(CONVERSATION), 0)
  assert.deepEqual(connected.violations, [])
})

test('A refusal rejects with a ProblemError that knows its slug and its fields', async (t) => {
  const { socket, peer } = await connect(t)
  const opening = socket.openConversation({ conversation_id: CONVERSATION })
  const { correlation_id } = await peer.next('conversation.open')
  const problem = {
    type: '/problems/conversation-not-found',
    title: 'There is no such conversation',
    status: 404,
    detail: 'There is no such conversation.',
    errors: [{ pointer: '/conversation_id', detail: 'Unknown.' }],
  }
  peer.send({ type: 'error', problem, conversation_id: CONVERSATION, ...(correlation_id && { correlation_id }) })
  await assert.rejects(opening, (error) => {
    assert.ok(error instanceof ProblemError)
    assert.equal(error.slug, 'conversation-not-found')
    assert.equal(error.retryable, false)
    assert.equal(error.fields.get('/conversation_id'), 'Unknown.')
    return true
  })
})

test('A message becomes a run whose events are iterated from the first to its end', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  connected.peer.send(
    events.started,
    events.token(3, 'Three'),
    events.token(4, ' rows'),
    events.completed(5, 'Three rows'),
  )
  assert.equal(run.run_id, RUN)
  assert.deepEqual(await collect(run), [
    'message.accepted',
    'agent.started',
    'agent.token',
    'agent.token',
    'agent.completed',
  ])
  const end = await run.end()
  assert.equal(end?.type === 'agent.completed' && end.text, 'Three rows')
  assert.equal(connected.socket.cursor(CONVERSATION), 5)
  assert.deepEqual(connected.violations, [])
})

test('A whole run that arrives in one go, with the reply, loses nothing', async (t) => {
  const connected = await connect(t)
  const { conversation_id } = await openConversation(connected)
  const sending = connected.socket.sendMessage({ conversation_id, text: 'Hi', context: { surface: 'general' } })
  const { message_id } = await connected.peer.next('agent.message')
  connected.peer.send(example('message.accepted', { message_id }), events.started, events.completed(3, ''))
  const run = await sending
  assert.deepEqual(await collect(run), ['message.accepted', 'agent.started', 'agent.completed'])
})

test('A message that is sent again after its end answers its run, whose iteration ends at once', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  connected.peer.send(events.started, events.completed(3, ''))
  await run.end()
  const { conversation_id } = run
  const message_id = run.accepted?.message_id ?? ''
  const again = connected.socket.sendMessage({
    conversation_id,
    message_id,
    text: 'Hi',
    context: { surface: 'general' },
  })
  await connected.peer.next('agent.message')
  connected.peer.send(example('message.accepted', { message_id, duplicate: true }))
  assert.deepEqual(await collect(await again), [])
  assert.deepEqual(connected.violations, [])
})

test('An active run of a conversation is followed from where it is', async (t) => {
  const { socket, peer } = await connect(t)
  const opening = socket.openConversation({ conversation_id: CONVERSATION, after_cursor: 4 })
  const { correlation_id } = await peer.next('conversation.open')
  const active_runs = [{ run_id: RUN, seq: 4, state: 'running' as const, steps: [] }]
  const reply = example('conversation.opened', { cursor: 4, active_runs, ...(correlation_id && { correlation_id }) })
  peer.send(reply, events.token(5, 'x'), events.completed(6, 'whole text'))
  const { runs } = await opening
  assert.equal(runs.length, 1)
  for (const run of runs) assert.deepEqual(await collect(run), ['agent.token', 'agent.completed'])
})

test('cancel resolves with the end of the run', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  const cancelling = run.cancel()
  await connected.peer.next('run.cancel')
  connected.peer.send(example('agent.cancelled', { seq: 2, cursor: 2 }))
  assert.equal((await cancelling)?.type, 'agent.cancelled')
})

test('cancel of a run that ends by itself at that moment is no error', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  const cancelling = run.cancel()
  const { correlation_id } = await connected.peer.next('run.cancel')
  const problem = { type: '/problems/run-not-active', title: 'Ended', status: 409, detail: 'It has ended.' }
  connected.peer.send(events.started, events.completed(3, ''), {
    type: 'error',
    problem,
    run_id: RUN,
    conversation_id: CONVERSATION,
    ...(correlation_id && { correlation_id }),
  })
  assert.equal((await cancelling)?.type, 'agent.completed')
})

test('ping resolves with its pong', async (t) => {
  const { socket, peer } = await connect(t)
  const pinging = socket.ping()
  const { correlation_id } = await peer.next('connection.ping')
  peer.send(example('connection.pong', correlation_id === undefined ? {} : { correlation_id }))
  assert.equal((await pinging).type, 'connection.pong')
})

test('on calls the handlers of a type until they are removed', async (t) => {
  const connected = await connect(t)
  const seen: string[] = []
  const off = connected.socket.on('agent.token', (message) => seen.push(message.delta))
  const run = await begin(connected)
  connected.peer.send(events.started, events.token(3, 'one'))
  for await (const event of run) if (event.type === 'agent.token') break
  off()
  connected.peer.send(events.token(4, 'two'), events.completed(5, 'onetwo'))
  await run.end()
  assert.deepEqual(seen, ['one'])
})

test('A violation by the service is reported, and the connection lives on', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  connected.peer.send(events.token(2, 'early'), events.started, events.completed(3, ''))
  await run.end()
  assert.deepEqual(
    connected.violations.map(({ rule, state }) => [rule, state]),
    [['run', 'accepted']],
  )
})

test('A violation by the service closes with 4400 when that is asked for', async (t) => {
  const { socket, peer } = await connect(t, { closeOnViolation: true })
  peer.send(events.started)
  assert.equal(await peer.closed(), 4400)
  assert.equal((await socket.closed).code, 4400)
})

test('Unknown fields are ignored; unknown types and broken frames are reported and do no harm', async (t) => {
  const unknown: unknown[] = []
  const connected = await connect(t, { onUnknownMessage: (message) => unknown.push(message) })
  connected.peer.sendText('{"type": "agent.mood", "mood": "fine"}')
  connected.peer.sendText('no JSON')
  connected.peer.sendText('[1]')
  const run = await begin(connected)
  connected.peer.sendText(JSON.stringify({ ...events.started, novelty: { of: 'tomorrow' } }))
  connected.peer.send(events.completed(3, ''))
  assert.equal((await run.end())?.type, 'agent.completed')
  assert.deepEqual(unknown, [{ type: 'agent.mood', mood: 'fine' }])
  assert.deepEqual(
    connected.violations.map(({ rule }) => rule),
    ['frame', 'frame'],
  )
})

test('A lost connection rejects what is pending, and says that connecting again makes sense', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  const pinging = connected.socket.ping()
  connected.peer.drop()
  await assert.rejects(pinging, ConnectionClosedError)
  await assert.rejects(collect(run), ConnectionClosedError)
  const closed = await connected.socket.closed
  assert.equal(closed.reconnect, true)
  assert.throws(() => connected.socket.send({ type: 'connection.ping' }), ConnectionClosedError)
})

test('A close code of the contract is explained', async (t) => {
  const { socket, peer } = await connect(t)
  peer.drop(4401, 'unauthenticated')
  const closed = await socket.closed
  assert.equal(closed.reason, 'unauthenticated')
  assert.match(closed.meaning ?? '', /Authentication has expired/)
})

test('close ends the connection with 1000', async (t) => {
  const { socket, peer } = await connect(t)
  const [closed, code] = await Promise.all([socket.close(), peer.closed()])
  assert.equal(code, 1000)
  assert.deepEqual([closed.code, closed.reconnect], [1000, false])
})

test('Events that come together reach the run and the handlers one by one', async (t) => {
  const connected = await connect(t)
  const run = await begin(connected)
  const heard: string[] = []
  connected.socket.onMessage((message) => heard.push(message.type))
  const { conversation_id } = run
  connected.peer.send(
    {
      type: 'events',
      conversation_id,
      events: [events.started, events.token(3, 'Three '), events.token(4, 'of them.')],
    },
    events.completed(5, 'Three of them.'),
  )
  const types = ['agent.started', 'agent.token', 'agent.token', 'agent.completed']
  assert.deepEqual(await collect(run), ['message.accepted', ...types])
  assert.deepEqual(heard, types)
  assert.equal(connected.socket.cursor(run.conversation_id), 5)
  assert.deepEqual(connected.violations, [])
})

test('A handshake that is refused tells its problem', async (t) => {
  const problem = { type: '/problems/too-many-requests', title: 'Too many requests', status: 429, detail: 'Later.' }
  const http = createServer()
  http.on('upgrade', (_, stream) => {
    const body = JSON.stringify(problem)
    const head = ['HTTP/1.1 429 Too Many Requests', 'Content-Type: application/problem+json', 'Connection: close']
    stream.end([...head, `Content-Length: ${body.length}`, '', body].join('\r\n'))
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => http.close())
  const refused = AgentSocket.connect({
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    authentication: { accessToken: 'a.b.c' },
    WebSocket: WebSocket as unknown as WebSocketConstructor,
  })
  await assert.rejects(refused, (error) => error instanceof ProblemError && error.slug === 'too-many-requests')
})

test('A conversation is closed, and the connection lives on with a fresh token', async (t) => {
  const connected = await connect(t)
  const { conversation_id } = await openConversation(connected)
  const closing = connected.socket.closeConversation(conversation_id)
  const { correlation_id } = await connected.peer.next('conversation.close')
  connected.peer.send(example('conversation.closed', { correlation_id: String(correlation_id) }))
  await closing
  assert.equal(connected.socket.monitor.state('conversation', conversation_id), 'closed')
  const fresh = connected.socket.reauthenticate('a.fresh.token')
  const asked = await connected.peer.next('connection.reauthenticate')
  assert.equal(asked.access_token, 'a.fresh.token')
  const expires_at = '2026-11-23T12:30:00Z'
  connected.peer.send(
    example('connection.reauthenticated', { correlation_id: String(asked.correlation_id), expires_at }),
  )
  assert.equal(await fresh, expires_at)
  assert.deepEqual(connected.violations, [])
})
