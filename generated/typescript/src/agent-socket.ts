// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

import type { HttpClient } from './client.js'
import type {
  AgentCancelled,
  AgentCompleted,
  AgentFailed,
  ClientMessage,
  ConnectionPong,
  ConnectionReady,
  ConversationOpened,
  MessageAccepted,
  MessageContext,
  RunEvent,
  ServerMessage,
} from './messages.js'
import { isRunEvent, isServerMessage } from './messages.js'
import { type CloseCode, ProtocolMonitor, type Violation } from './monitor.js'
import { isProblem, ProblemError } from './problem-error.js'
import { CLOSE_CODES, PROTOCOL, SOCKET_PATH, SUBPROTOCOL } from './protocol.js'
import { ClientMessageSender } from './senders.js'

/** What is needed of a WebSocket: that of browsers, of Node 22, and of the package `ws` all have it. */
export interface WebSocketLike {
  readonly protocol: string
  readonly readyState: number
  send(data: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
}

/** The third argument is given with an access token only; browsers know no headers and need a ticket. */
export type WebSocketConstructor = new (
  url: string,
  protocols: string[],
  options?: { headers: Record<string, string> },
) => WebSocketLike

/** A ticket is bought for each handshake; an access token goes into a header, which only `ws` and the like can send. */
export type Authentication = { readonly ticket: () => Promise<string> } | { readonly accessToken: string }

export interface AgentSocketOptions {
  /** Where the service is, for example `http://localhost:8000`; in a page, its own origin unless given. */
  readonly baseUrl?: string
  readonly authentication: Authentication
  /** The global WebSocket unless given: Node 20 has none. */
  readonly WebSocket?: WebSocketConstructor
  /** Called when either side breaks the protocol's order, and for a frame that is no JSON object. */
  readonly onViolation?: (violation: Violation) => void
  /** Whether a violation by the service closes the connection, with the code that the contract names for it. */
  readonly closeOnViolation?: boolean
  /** Called with a message whose type this version of the client does not know. */
  readonly onUnknownMessage?: (message: unknown) => void
}

/** How a connection ended. */
export interface Closed {
  readonly code: number
  readonly reason: string
  /** What the contract says about the code; null for a code that it does not list, such as 1006 (the line broke). */
  readonly meaning: string | null
  /** Whether connecting again makes sense. */
  readonly reconnect: boolean
}

/** The connection is closed, or could not be opened. */
export class ConnectionClosedError extends Error {
  override readonly name = 'ConnectionClosedError'
  constructor(readonly closed: Closed) {
    super(closed.meaning ?? (closed.reason || `The connection was closed with ${closed.code}`))
  }
}

export type RunEnd = AgentCompleted | AgentFailed | AgentCancelled

export interface OpenConversation {
  readonly conversation_id?: string
  readonly after_cursor?: number
  /** Whether events that are ready together come in one message: cheaper, and nothing else here differs. */
  readonly batch?: boolean
}

/** What the service answered, and the runs that are under way, from there on. */
export type OpenedConversation = ConversationOpened & { readonly runs: readonly Run[] }

export interface OutgoingMessage {
  readonly conversation_id: string
  readonly text: string
  readonly context: MessageContext
  /** A new UUID unless given. Give that of a message whose fate is unknown to send it again. */
  readonly message_id?: string
}

type Listener = (message: ServerMessage) => void
type Pending = {
  readonly about: (message: ServerMessage) => boolean
  readonly settle: (message: ServerMessage) => void
  readonly reject: (error: Error) => void
}

/** A run on this connection: its events, from where the connection met it, to its end. */
export class Run implements AsyncIterable<RunEvent> {
  readonly conversation_id: string
  readonly run_id: string
  /** What the service accepted; null for a run that was met in the middle. */
  readonly accepted: MessageAccepted | null
  readonly #socket: AgentSocket
  readonly #events: RunEvent[] = []
  #over: { readonly error: Error | null } | null = null
  #wake: (() => void)[] = []

  constructor(
    socket: AgentSocket,
    about: { conversation_id: string; run_id: string },
    accepted: MessageAccepted | null,
  ) {
    this.#socket = socket
    this.conversation_id = about.conversation_id
    this.run_id = about.run_id
    this.accepted = accepted
  }

  /** The events, each from the first on for each iteration. Throws ConnectionClosedError when the connection ends before the run. */
  async *[Symbol.asyncIterator](): AsyncIterator<RunEvent> {
    for (let next = 0; ; next += 1) {
      while (next >= this.#events.length && this.#over === null) await this.#changed()
      const event = this.#events[next]
      if (event !== undefined) yield event
      else if (this.#over?.error) throw this.#over.error
      else return
    }
  }

  /** How the run ended; null when it had ended before this connection met it. */
  async end(): Promise<RunEnd | null> {
    while (this.#over === null) await this.#changed()
    if (this.#over.error) throw this.#over.error
    const last = this.#events.at(-1)
    return last !== undefined && isRunEnd(last) ? last : null
  }

  /** Asks the service to stop; resolves with how the run ended, which may be otherwise when it was faster. */
  cancel(): Promise<RunEnd | null> {
    return this.#socket.cancelRun(this)
  }

  /** For the socket: the next event, or null with the reason when there will be no more. */
  push(event: RunEvent | null, error: Error | null = null): void {
    const last = this.#events.at(-1)
    // A conversation that is opened again may send what is known already.
    if (this.#over || (event && last && event.seq <= last.seq)) return
    if (event) this.#events.push(event)
    if (event === null || isRunEnd(event)) this.#over = { error }
    const wake = this.#wake
    this.#wake = []
    for (const resume of wake) resume()
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve))
  }
}

/**
 * The agent socket: one user, any number of conversations. Each message of the contract has a typed method to send it or a
 * typed handler; the protocol's monitor watches both directions. Connecting again is the caller's choice: `closed` says
 * whether it makes sense, and `cursor()` from where to go on.
 */
export class AgentSocket extends ClientMessageSender {
  /** What the service said first: who is connected, and the limits. */
  readonly ready: ConnectionReady
  /** Resolves, and never rejects, when the connection has ended. */
  readonly closed: Promise<Closed>
  readonly monitor: ProtocolMonitor
  readonly #socket: WebSocketLike
  readonly #options: AgentSocketOptions
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #pending = new Set<Pending>()
  readonly #runs = new Map<string, Run>()
  readonly #cursors = new Map<string, number>()
  #end: Closed | null = null

  private constructor(handshake: Handshake) {
    super()
    this.ready = handshake.ready
    this.monitor = handshake.monitor
    this.#socket = handshake.socket
    this.#options = handshake.options
    this.closed = handshake.closed.then((closed) => this.#finish(closed))
    handshake.follow((message) => this.#receive(message))
  }

  /**
   * Connects and waits for `connection.ready`. When the handshake is refused, throws a ProblemError where the WebSocket tells
   * why, as that of the package `ws` does, and ConnectionClosedError where it does not, as in browsers.
   */
  static async connect(options: AgentSocketOptions): Promise<AgentSocket> {
    return new AgentSocket(await shakeHands(options))
  }

  /** Sends a message of the contract. Throws ConnectionClosedError when the connection has ended. */
  send(message: ClientMessage): void {
    if (this.#end) throw new ConnectionClosedError(this.#end)
    this.#report(this.monitor.feed('client', message))
    this.#socket.send(JSON.stringify(message))
  }

  /** Calls `handler` with each message of this type, until the function that is answered is called. */
  on<T extends ServerMessage['type']>(
    type: T,
    handler: (message: Extract<ServerMessage, { type: T }>) => void,
  ): () => void {
    return this.#listen(type, handler as Listener)
  }

  /** Calls `handler` with each message of the service, with those that came together one by one. */
  onMessage(handler: (message: ServerMessage) => void): () => void {
    return this.#listen('*', handler)
  }

  /** Begins a conversation, or follows one from `after_cursor` on. Rejects with a ProblemError when it is refused. */
  openConversation(open: OpenConversation = {}): Promise<OpenedConversation> {
    const correlation_id = randomUuid()
    const reply = this.#reply('conversation.opened', byCorrelation(correlation_id), (opened) => ({
      ...opened,
      runs: opened.active_runs.map(({ run_id }) => this.#run({ ...opened, run_id }, null)),
    }))
    return this.#ask({ type: 'conversation.open', correlation_id, ...open }, reply)
  }

  /** Stops following a conversation on this connection; resolves when no more of its events will come. */
  async closeConversation(conversation_id: string): Promise<void> {
    const correlation_id = randomUuid()
    const reply = this.#reply('conversation.closed', byCorrelation(correlation_id), () => undefined)
    await this.#ask({ type: 'conversation.close', correlation_id, conversation_id }, reply)
  }

  /** Gives a fresh access token of the same session; resolves with how long the connection may live now. */
  async reauthenticate(access_token: string): Promise<string> {
    const correlation_id = randomUuid()
    const reply = this.#reply('connection.reauthenticated', byCorrelation(correlation_id), (done) => done.expires_at)
    return this.#ask({ type: 'connection.reauthenticate', correlation_id, access_token }, reply)
  }

  /** Sends what the user wrote; resolves when it is accepted. Rejects with a ProblemError when it is refused. */
  sendMessage(message: OutgoingMessage): Promise<Run> {
    const message_id = message.message_id ?? randomUuid()
    const about = (reply: ServerMessage) => 'message_id' in reply && reply.message_id === message_id
    // The run is taken up in the moment of the reply: its events may follow before an awaiting caller goes on.
    const reply = this.#reply('message.accepted', about, (accepted) => this.#run(accepted, accepted))
    return this.#ask({ type: 'agent.message', ...message, message_id }, reply)
  }

  /** Follows a run that another connection began, or that `active_runs` names. */
  followRun(about: { readonly conversation_id: string; readonly run_id: string }): Run {
    return this.#run(about, null)
  }

  /** Stops a run; resolves with its end. A run that ends by itself at that moment is no error. */
  async cancelRun(run: Run): Promise<RunEnd | null> {
    const correlation_id = randomUuid()
    const { conversation_id, run_id } = run
    const refused = this.#reply('error', byCorrelation(correlation_id), () => null)
    const asked = this.#ask({ type: 'run.cancel', correlation_id, conversation_id, run_id }, refused)
    const refusal = asked.then(
      () => run.end(),
      (error: unknown) => {
        if (error instanceof ProblemError && error.slug === 'run-not-active') return run.end()
        throw error
      },
    )
    try {
      return await Promise.race([run.end(), refusal])
    } finally {
      refused.forget()
    }
  }

  /** Asks for a sign of life, and waits for it. */
  ping(): Promise<ConnectionPong> {
    const correlation_id = randomUuid()
    return this.#ask(
      { type: 'connection.ping', correlation_id },
      this.#reply('connection.pong', byCorrelation(correlation_id), (pong) => pong),
    )
  }

  /** The position up to which the conversation was received here: `after_cursor` of the next connection. */
  cursor(conversation_id: string): number | undefined {
    return this.#cursors.get(conversation_id.toLowerCase())
  }

  /** Closes the connection and waits until it is closed. */
  async close(code: 1000 | 4400 = 1000, reason = ''): Promise<Closed> {
    if (!this.#end) this.#socket.close(code, reason)
    return this.closed
  }

  #listen(type: string, handler: Listener): () => void {
    const listeners = this.#listeners.get(type) ?? new Set<Listener>()
    this.#listeners.set(type, listeners.add(handler))
    return () => void listeners.delete(handler)
  }

  #ask<Result>(message: ClientMessage, reply: Reply<Result>): Promise<Result> {
    try {
      this.send(message)
    } catch (error) {
      reply.fail(error as Error)
    }
    return reply.promise
  }

  /** A promise of what `take` makes of the reply of this type that is `about` a request; an `error` about it rejects it. */
  #reply<T extends ServerMessage['type'], Result>(
    type: T,
    about: (message: ServerMessage) => boolean,
    take: (message: Extract<ServerMessage, { type: T }>) => Result,
  ): Reply<Result> {
    let pending!: Pending
    const promise = new Promise<Result>((resolve, reject) => {
      pending = {
        about: (message) => (message.type === type || message.type === 'error') && about(message),
        settle: (message) => {
          if (message.type === 'error') reject(new ProblemError(message.problem))
          else resolve(take(message as Extract<ServerMessage, { type: T }>))
        },
        reject,
      }
    })
    this.#pending.add(pending)
    const forget = () => void this.#pending.delete(pending)
    const fail = (error: Error) => {
      forget()
      pending.reject(error)
    }
    return { promise, forget, fail }
  }

  #run(about: { readonly conversation_id: string; readonly run_id: string }, accepted: MessageAccepted | null): Run {
    const known = this.#runs.get(about.run_id)
    if (known) return known
    const run = new Run(this, about, accepted)
    const active = this.monitor.state('run', about.conversation_id, about.run_id)
    if (this.#end) run.push(null, new ConnectionClosedError(this.#end))
    // Nothing of a run that ended before, or that this connection never saw, will come.
    else if (active === 'ended' || active === 'unknown') run.push(null)
    else this.#runs.set(about.run_id, run)
    return run
  }

  #receive(message: ServerMessage): void {
    const violations = this.monitor.feed('server', message)
    this.#report(violations)
    if (violations.length > 0 && this.#options.closeOnViolation) {
      void this.close(PROTOCOL.violation.server.close, violations[0]?.rule)
      return
    }
    // What comes together counts as if it had come one by one.
    const items = this.monitor.items(message)
    for (const one of items === null ? [message] : (items as readonly ServerMessage[])) this.#take(one)
  }

  #take(message: ServerMessage): void {
    if (isRunEvent(message)) this.#deliver(message)
    if (message.type === 'conversation.opened') {
      this.#cursors.set(message.conversation_id.toLowerCase(), message.cursor)
    }
    this.#settle(message)
    for (const listener of this.#listeners.get(message.type) ?? []) listener(message)
    for (const listener of this.#listeners.get('*') ?? []) listener(message)
  }

  #deliver(event: RunEvent): void {
    // A run is kept from its first event on, so that nothing is missed between the reply and the first iteration.
    if (event.type === 'message.accepted') {
      if (event.duplicate) return
      if (!this.#runs.has(event.run_id)) this.#runs.set(event.run_id, new Run(this, event, event))
    }
    this.#cursors.set(event.conversation_id.toLowerCase(), event.cursor)
    this.#runs.get(event.run_id)?.push(event)
    if (isRunEnd(event)) this.#runs.delete(event.run_id)
  }

  #settle(message: ServerMessage): void {
    for (const pending of this.#pending) {
      if (!pending.about(message)) continue
      this.#pending.delete(pending)
      pending.settle(message)
      return
    }
  }

  #report(violations: readonly Violation[]): void {
    for (const violation of violations) this.#options.onViolation?.(violation)
  }

  #finish(closed: Closed): Closed {
    this.#end = closed
    const error = new ConnectionClosedError(closed)
    for (const pending of this.#pending) pending.reject(error)
    for (const run of this.#runs.values()) run.push(null, error)
    this.#pending.clear()
    this.#runs.clear()
    return closed
  }
}

interface Reply<Result> {
  readonly promise: Promise<Result>
  readonly forget: () => void
  readonly fail: (error: Error) => void
}

interface Handshake {
  readonly socket: WebSocketLike
  readonly options: AgentSocketOptions
  readonly monitor: ProtocolMonitor
  readonly ready: ConnectionReady
  readonly closed: Promise<Closed>
  /** Hands over each message after `connection.ready`, those included that came in the meantime. */
  readonly follow: (receive: (message: ServerMessage) => void) => void
}

async function shakeHands(options: AgentSocketOptions): Promise<Handshake> {
  const socket = await open(options)
  const monitor = new ProtocolMonitor()
  const closed = new Promise<Closed>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve(describeClose(code, reason)))
  })
  // Without a listener some implementations throw; what happened, `close` says.
  socket.addEventListener('error', () => undefined)
  let receive: ((message: ServerMessage) => void) | null = null
  const early: ServerMessage[] = []
  const ready = new Promise<ConnectionReady>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const message = decode(data, options)
      if (message === null) return
      if (receive) receive(message)
      else if (message.type === 'connection.ready' && monitor.feed('server', message).length === 0) resolve(message)
      else early.push(message)
    })
  })
  const why = refusal(socket)
  const refused = closed.then(async (end) => Promise.reject((await why()) ?? new ConnectionClosedError(end)))
  const follow = (next: (message: ServerMessage) => void) => {
    receive = next
    for (const message of early.splice(0)) next(message)
  }
  return { socket, options, monitor, ready: await Promise.race([ready, refused]), closed, follow }
}

/** The part of the package `ws` that tells why a handshake was refused. */
interface TellsRefusal {
  on(type: 'unexpected-response', listener: (request: unknown, response: AsyncIterable<Uint8Array>) => void): void
}

/** Answers, once the socket has closed, the problem with which its handshake was refused; null when nobody tells. */
function refusal(socket: WebSocketLike): () => Promise<ProblemError | null> {
  let problem: Promise<ProblemError | null> = Promise.resolve(null)
  if ('on' in socket && typeof socket.on === 'function') {
    const telling = socket as WebSocketLike & TellsRefusal
    telling.on('unexpected-response', (_, response) => {
      problem = readProblem(response)
      // The request alone may be over already, and its end then tells the socket nothing.
      void problem.then(() => socket.close())
    })
  }
  return () => problem
}

async function readProblem(response: AsyncIterable<Uint8Array>): Promise<ProblemError | null> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const piece of response) text += decoder.decode(piece, { stream: true })
    const body: unknown = JSON.parse(text)
    return isProblem(body) ? new ProblemError(body) : null
  } catch {
    return null
  }
}

async function open({ authentication, baseUrl, WebSocket }: AgentSocketOptions): Promise<WebSocketLike> {
  const url = new URL(SOCKET_PATH, baseUrl ?? globalThis.location?.origin)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const Constructor = WebSocket ?? (globalThis.WebSocket as WebSocketConstructor | undefined)
  if (!Constructor) throw new TypeError('There is no global WebSocket here: give the option WebSocket')
  if ('accessToken' in authentication) {
    const headers = { Authorization: `Bearer ${authentication.accessToken}` }
    return new Constructor(url.href, [SUBPROTOCOL], { headers })
  }
  url.searchParams.set('ticket', await authentication.ticket())
  return new Constructor(url.href, [SUBPROTOCOL])
}

/** The message of a frame; null when the frame is no message that this client knows, which is reported. */
function decode(data: unknown, options: AgentSocketOptions): ServerMessage | null {
  let message: unknown
  try {
    message = typeof data === 'string' ? JSON.parse(data) : undefined
  } catch {
    message = undefined
  }
  if (isServerMessage(message)) return message
  if (message !== null && typeof message === 'object' && 'type' in message) options.onUnknownMessage?.(message)
  else options.onViolation?.(noMessage())
  return null
}

function noMessage(): Violation {
  const detail = 'a frame is not one JSON object with a type'
  return { rule: 'frame', kind: 'law', state: null, sender: 'server', message: '', detail }
}

function describeClose(code: number, reason: string): Closed {
  const known = new Map<string, CloseCode>(Object.entries(CLOSE_CODES)).get(String(code))
  // A code that the contract does not list is the network's, or that of something in between: it may work next time.
  return { code, reason, meaning: known?.meaning ?? null, reconnect: known?.reconnect ?? true }
}

function isRunEnd(event: RunEvent): event is RunEnd {
  return event.type === 'agent.completed' || event.type === 'agent.failed' || event.type === 'agent.cancelled'
}

function byCorrelation(correlation_id: string): (message: ServerMessage) => boolean {
  return (message) => 'correlation_id' in message && message.correlation_id === correlation_id
}

/** A random UUID, version 4. Pages that are not served over TLS lack `crypto.randomUUID`. */
export function randomUuid(): string {
  if (typeof globalThis.crypto.randomUUID === 'function') return globalThis.crypto.randomUUID()
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The ticket-buying half of the options, from an HTTP client that is logged in. */
export function withTickets(client: HttpClient): Pick<AgentSocketOptions, 'authentication' | 'baseUrl'> {
  const ticket = async () => (await client.createAgentTicket()).ticket
  return { authentication: { ticket }, ...(client.baseUrl === '' ? {} : { baseUrl: client.baseUrl }) }
}
