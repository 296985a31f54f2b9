import type { Http, HttpClient } from '@experience-plane/client'
import { byId, element } from './dom.js'

const PAGE = 100

/** The list of the user's conversations, and what was said in each. */
export class History {
  readonly #list = byId('conversations', HTMLElement)
  readonly #more = byId('more-conversations', HTMLButtonElement)
  readonly #client: HttpClient
  readonly #choose: (conversationId: string) => void
  #conversations: Http.Conversation[] = []
  #next: string | null = null
  #current: string | null = null

  constructor(client: HttpClient, choose: (conversationId: string) => void, report: (error: unknown) => void) {
    this.#client = client
    this.#choose = choose
    this.#more.addEventListener('click', () => void this.#load(this.#next).catch(report))
  }

  /** Reads the newest conversations again. */
  async refresh(): Promise<void> {
    await this.#load(null)
  }

  /** Whether the conversation is among those that are listed. */
  has(conversationId: string): boolean {
    return this.#conversations.some(({ conversation_id }) => conversation_id === conversationId)
  }

  /** Marks the conversation that is shown; null for a new one. */
  mark(conversationId: string | null): void {
    this.#current = conversationId
    this.#draw()
  }

  clear(): void {
    this.#conversations = []
    this.#next = null
    this.mark(null)
  }

  /** Everything that was said in a conversation, the oldest first. */
  async messages(conversation_id: string): Promise<Http.Message[]> {
    const messages: Http.Message[] = []
    for (let after: number | null = 0; after !== null; ) {
      const params = { path: { conversation_id }, query: { limit: PAGE, after_cursor: after } }
      const answer: Promise<{ data?: Http.MessageList; error?: unknown; response: Response }> = this.#client.http.GET(
        '/api/conversations/{conversation_id}/messages',
        { params },
      )
      const page: Http.MessageList = await this.#client.unwrap(answer)
      messages.push(...page.messages)
      after = page.next_cursor
    }
    return messages
  }

  async #load(cursor: string | null): Promise<void> {
    const query = cursor === null ? { limit: 30 } : { limit: 30, cursor }
    const page = await this.#client.unwrap(this.#client.http.GET('/api/conversations', { params: { query } }))
    this.#conversations = cursor === null ? page.conversations : [...this.#conversations, ...page.conversations]
    this.#next = page.next_cursor
    this.#draw()
  }

  #draw(): void {
    this.#list.replaceChildren(...this.#conversations.map((conversation) => this.#entry(conversation)))
    this.#more.hidden = this.#next === null
  }

  #entry({ conversation_id, title, updated_at }: Http.Conversation): HTMLElement {
    const when = element('time', 'when', new Date(updated_at).toLocaleString())
    when.dateTime = updated_at
    const button = element('button', 'plain entry', element('span', 'title', title ?? 'Not begun yet'), when)
    button.type = 'button'
    if (conversation_id === this.#current) button.setAttribute('aria-current', 'true')
    button.addEventListener('click', () => this.#choose(conversation_id))
    return element('li', '', button)
  }
}
