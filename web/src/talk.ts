import {
  type AgentSocket,
  type HttpClient,
  ProblemError,
  type Run,
  type ServerMessage,
  type Surface,
} from '@experience-plane/client'
import { byId } from './dom.js'
import { clearFaults, inWords, showFaults } from './faults.js'
import { History } from './history.js'
import { Line } from './line.js'
import { Transcript } from './transcript.js'

/** The part of the page in which one talks: the conversation that is shown, and what is sent to it. */
export class Talk {
  readonly #client: HttpClient
  readonly #section = byId('talk', HTMLElement)
  readonly #composer = byId('composer', HTMLFormElement)
  readonly #text = byId('text', HTMLTextAreaElement)
  readonly #fault = byId('text-fault', HTMLElement)
  readonly #cancel = byId('cancel', HTMLButtonElement)
  readonly #send = byId('send', HTMLButtonElement)
  readonly #toggle = byId('toggle-history', HTMLButtonElement)
  readonly #transcript = new Transcript()
  readonly #history: History
  readonly #line: Line
  #conversationId: string | null = null
  /** The socket on which the conversation that is shown is open; null until the service has said so. */
  #followedOn: AgentSocket | null = null
  #run: Run | null = null
  /** Grows with each choice of a conversation: what comes late for one that was left is dropped. */
  #choice = 0

  constructor(client: HttpClient) {
    this.#client = client
    this.#history = new History(
      client,
      (id) => void this.#show(id),
      (error) => this.#report(error),
    )
    this.#line = new Line(
      client,
      (message) => this.#receive(message),
      () => void this.#reconnect(),
    )
    byId('new-conversation', HTMLButtonElement).addEventListener('click', () => this.#begin())
    this.#toggle.addEventListener('click', () =>
      this.#openHistory(this.#toggle.getAttribute('aria-expanded') !== 'true'),
    )
    this.#cancel.addEventListener('click', () => void this.#stop())
    this.#composer.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      this.#composer.requestSubmit()
    })
  }

  /** The conversation that is shown. */
  get conversationId(): string | null {
    return this.#conversationId
  }

  /** Begins a new conversation, or takes up this one if it is the user's. */
  async start(conversationId: string | null = null): Promise<void> {
    this.#section.hidden = false
    this.#begin()
    const choice = this.#choice
    try {
      const [{ agents }] = await Promise.all([
        this.#client.unwrap(this.#client.http.GET('/api/agents')),
        this.#history.refresh(),
        this.#line.socket(),
      ])
      this.#transcript.name(agents)
      if (conversationId !== null && choice === this.#choice && this.#history.has(conversationId))
        await this.#show(conversationId)
    } catch (error) {
      this.#report(error)
    }
  }

  async end(): Promise<void> {
    this.#section.hidden = true
    this.#composer.reset()
    this.#forget()
    this.#history.clear()
    await this.#line.hangUp()
  }

  #forget(): void {
    this.#choice += 1
    this.#conversationId = null
    this.#followedOn = null
    this.#transcript.clear()
    this.#follow(null)
    clearFaults(this.#composer, this.#fault)
  }

  #begin(): void {
    this.#forget()
    this.#history.mark(null)
    this.#openHistory(false)
    byId('welcome', HTMLElement).hidden = false
    this.#text.focus()
  }

  async #show(conversationId: string): Promise<void> {
    this.#openHistory(false)
    try {
      await this.#takeUp(conversationId)
      this.#text.focus()
    } catch (error) {
      if (this.#conversationId === conversationId) this.#report(error)
    }
  }

  /** Shows a conversation from its history, and follows it from there: nothing is shown twice, nothing is missing. */
  async #takeUp(conversation_id: string): Promise<void> {
    this.#forget()
    const choice = this.#choice
    this.#conversationId = conversation_id
    this.#history.mark(conversation_id)
    byId('welcome', HTMLElement).hidden = true
    const [messages, socket] = await Promise.all([this.#history.messages(conversation_id), this.#line.socket()])
    if (choice !== this.#choice) return
    for (const message of messages) this.#transcript.add(message)
    // Events that come before the reply belong to an earlier opening and are in the history or will come again.
    const off = socket.on('conversation.opened', (opened) => {
      if (choice === this.#choice && opened.conversation_id === conversation_id) this.#followedOn = socket
    })
    const after_cursor = messages.at(-1)?.cursor ?? 0
    const { runs } = await socket.openConversation({ conversation_id, after_cursor }).finally(off)
    if (choice === this.#choice && runs[0]) this.#follow(runs[0])
  }

  async #submit(): Promise<void> {
    const text = this.#text.value
    if (this.#run || this.#send.disabled || text.trim() === '') return
    clearFaults(this.#composer, this.#fault)
    this.#send.disabled = true
    try {
      const conversation_id = await this.#opened()
      const choice = this.#choice
      const surface = byId('surface', HTMLSelectElement).value as Surface
      const socket = await this.#line.socket()
      const run = await socket.sendMessage({ conversation_id, text, context: { surface } })
      if (choice !== this.#choice) return
      this.#text.value = ''
      this.#follow(run)
      await this.#history.refresh()
    } catch (error) {
      showFaults(this.#composer, this.#fault, error)
    } finally {
      this.#send.disabled = this.#run !== null
    }
  }

  /** The conversation to write to, open on the socket that is connected now. */
  async #opened(): Promise<string> {
    const socket = await this.#line.socket()
    if (this.#conversationId !== null) {
      if (this.#followedOn !== socket) await this.#takeUp(this.#conversationId)
      return this.#conversationId
    }
    const { conversation_id } = await socket.openConversation()
    this.#conversationId = conversation_id
    this.#followedOn = socket
    byId('welcome', HTMLElement).hidden = true
    return conversation_id
  }

  /** Shows that an answer is under way, until it has ended. */
  #follow(run: Run | null): void {
    this.#run = run
    this.#cancel.hidden = run === null
    this.#send.disabled = run !== null
    this.#send.hidden = run !== null
    if (!run) return
    this.#history.mark(run.conversation_id)
    const over = () => {
      if (this.#run === run) this.#follow(null)
      this.#history.refresh().catch(() => undefined)
    }
    run.end().then(over, over)
  }

  async #stop(): Promise<void> {
    try {
      await this.#run?.cancel()
      this.#text.focus()
    } catch (error) {
      this.#report(error)
    }
  }

  async #reconnect(): Promise<void> {
    try {
      await this.#line.socket()
      if (this.#conversationId !== null) await this.#show(this.#conversationId)
    } catch (error) {
      this.#report(error)
    }
  }

  #receive(message: ServerMessage): void {
    const shown = 'conversation_id' in message && message.conversation_id === this.#conversationId
    if (shown && this.#followedOn !== null) this.#transcript.apply(message)
  }

  #openHistory(open: boolean): void {
    this.#toggle.setAttribute('aria-expanded', String(open))
    this.#section.classList.toggle('with-history', open)
  }

  #report(error: unknown): void {
    // When the session has ended, the page has gone back to its entrance, which says so.
    if (error instanceof ProblemError && error.status === 401) return
    this.#fault.textContent = inWords(error)
  }
}
