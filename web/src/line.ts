import { AgentSocket, type HttpClient, type ServerMessage, withTickets } from '@experience-plane/client'
import { byId } from './dom.js'
import { inWords } from './faults.js'

/** The connection to the agents, and what the page says about it. */
export class Line {
  readonly #client: HttpClient
  readonly #receive: (message: ServerMessage) => void
  readonly #text = byId('line-text', HTMLElement)
  readonly #reconnect = byId('reconnect', HTMLButtonElement)
  #socket: Promise<AgentSocket> | null = null

  constructor(client: HttpClient, receive: (message: ServerMessage) => void, reconnected: () => void) {
    this.#client = client
    this.#receive = receive
    this.#reconnect.addEventListener('click', reconnected)
  }

  /** The socket that is open, or a new one. Throws what AgentSocket.connect and the purchase of a ticket throw. */
  socket(): Promise<AgentSocket> {
    if (!this.#socket) {
      const connecting = this.#connect()
      this.#socket = connecting
      connecting.catch(() => {
        if (this.#socket === connecting) this.#socket = null
      })
    }
    return this.#socket
  }

  async hangUp(): Promise<void> {
    const socket = this.#socket
    this.#socket = null
    this.#say('', false)
    await socket?.then((open) => open.close()).catch(() => undefined)
  }

  async #connect(): Promise<AgentSocket> {
    this.#say('Connecting …', false)
    try {
      const socket = await AgentSocket.connect({
        ...withTickets(this.#client),
        onViolation: (violation) => console.warn('The protocol was broken:', violation),
      })
      socket.onMessage(this.#receive)
      void socket.closed.then(({ meaning }) => this.#lost(socket, meaning))
      this.#say('Connected.', false)
      return socket
    } catch (error) {
      this.#say(inWords(error), true)
      throw error
    }
  }

  async #lost(socket: AgentSocket, meaning: string | null): Promise<void> {
    if ((await this.#socket?.catch(() => null)) !== socket) return
    this.#socket = null
    this.#say(meaning ?? 'The connection was lost.', true)
  }

  #say(words: string, offer: boolean): void {
    this.#text.textContent = words
    this.#reconnect.hidden = !offer
  }
}
