import { allHandled, type Http, type ServerMessage } from '@experience-plane/client'
import { byId, element } from './dom.js'
import { renderMarkdown } from './markdown.js'

/** What an agent has said since it began; drawn anew at most once a frame, however fast the pieces come. */
class Answer {
  readonly article: HTMLElement
  readonly steps = element('ul', 'steps')
  readonly #body = element('div', 'text')
  #text = ''
  #due = false

  constructor(name: string, agentId: string) {
    this.article = element('article', 'said agent', element('h3', 'speaker', name), this.steps, this.#body)
    this.article.dataset.agent = agentId
    this.article.setAttribute('aria-busy', 'true')
  }

  get isEmpty(): boolean {
    return this.#text === '' && this.steps.childElementCount === 0
  }

  append(delta: string): void {
    this.#text += delta
    this.#draw()
  }

  finish(text = this.#text): void {
    this.#text = text
    this.article.removeAttribute('aria-busy')
    this.#draw()
  }

  #draw(): void {
    if (this.#due) return
    this.#due = true
    requestAnimationFrame(() => {
      this.#due = false
      this.#body.replaceChildren(renderMarkdown(this.#text))
    })
  }
}

/** What was said in one conversation: first from the history, then event by event. */
export class Transcript {
  readonly #list = byId('transcript', HTMLElement)
  readonly #names = new Map<string, string>()
  readonly #steps = new Map<string, HTMLElement>()
  #answer: Answer | null = null

  /** What each agent is called. */
  name(agents: readonly Http.Agent[]): void {
    for (const agent of agents) this.#names.set(agent.agent_id, agent.name)
  }

  clear(): void {
    this.#list.replaceChildren()
    this.#steps.clear()
    this.#answer = null
  }

  /** A message of the history. */
  add(message: Http.Message): void {
    if (message.role === 'user') this.#userSaid(message.text)
    else this.#agentSaid(message.agent_id ?? '', message.text)
  }

  /** A message from the socket, about the conversation that is shown. */
  apply(message: ServerMessage): void {
    switch (message.type) {
      case 'message.accepted':
        if (!message.duplicate) this.#userSaid(message.text)
        break
      case 'agent.started':
        this.#begin(message.agent_id)
        break
      case 'agent.handoff':
        this.#handOver(message.from_agent_id, message.to_agent_id, message.reason)
        break
      case 'agent.token':
        this.#current().append(message.delta)
        this.#keepAtEnd()
        break
      case 'step.started':
        this.#beginStep(message.step_id, message.title)
        break
      case 'step.completed':
        this.#endStep(message.step_id, message.summary, 'done')
        break
      case 'step.failed':
        this.#endStep(message.step_id, message.reason, 'failed')
        break
      case 'agent.completed':
        this.#current().finish(message.text)
        this.#answer = null
        this.#keepAtEnd()
        break
      case 'agent.failed':
        this.#stop(`${message.problem.title}: ${message.problem.detail}`, 'remark trouble')
        break
      case 'agent.cancelled':
        this.#stop('You stopped the answer.', 'remark')
        break
      case 'connection.ready':
      case 'connection.pong':
      case 'events':
      case 'connection.expiring':
      case 'connection.reauthenticated':
      case 'connection.draining':
      case 'conversation.closed':
      case 'conversation.opened':
      case 'error':
        break
      default:
        allHandled(message)
    }
  }

  #nameOf(agentId: string): string {
    return this.#names.get(agentId) ?? agentId
  }

  #userSaid(text: string): void {
    const article = element(
      'article',
      'said user',
      element('h3', 'speaker', 'You'),
      element('div', 'text plain-text', text),
    )
    this.#append(article)
    article.scrollIntoView({ block: 'end' })
  }

  #agentSaid(agentId: string, text: string): void {
    const answer = new Answer(this.#nameOf(agentId), agentId)
    answer.finish(text)
    this.#append(answer.article)
  }

  #begin(agentId: string): void {
    this.#answer = new Answer(this.#nameOf(agentId), agentId)
    this.#append(this.#answer.article)
  }

  /** The answer in progress; one without a name when the conversation was joined in its middle. */
  #current(): Answer {
    if (!this.#answer) this.#begin('')
    return this.#answer as Answer
  }

  #handOver(from: string, to: string, reason: string): void {
    this.#close()
    const names = [from, to].map((agentId) => element('strong', '', this.#nameOf(agentId))) as [
      HTMLElement,
      HTMLElement,
    ]
    this.#append(element('p', 'remark handoff', names[0], ' handed over to ', names[1], `. ${reason}`))
  }

  #beginStep(stepId: string, title: string): void {
    const row = element(
      'li',
      'step',
      element('span', 'step-title', title),
      ' ',
      element('span', 'step-result', 'under way …'),
    )
    this.#steps.set(stepId, row)
    this.#current().steps.append(row)
    this.#keepAtEnd()
  }

  #endStep(stepId: string, result: string, how: 'done' | 'failed'): void {
    const row = this.#steps.get(stepId)
    row?.classList.add(how)
    row?.querySelector('.step-result')?.replaceChildren(result)
  }

  #stop(words: string, className: string): void {
    this.#close()
    this.#append(element('p', className, words))
  }

  /** Ends the answer in progress; of an agent that said and did nothing, nothing stays. */
  #close(): void {
    if (this.#answer?.isEmpty) this.#answer.article.remove()
    this.#answer?.finish()
    this.#answer = null
  }

  #append(node: HTMLElement): void {
    const following = this.#isAtEnd()
    this.#list.append(node)
    if (following) this.#scroll()
  }

  #keepAtEnd(): void {
    if (this.#isAtEnd()) this.#scroll()
  }

  // Who has scrolled up to read is left there.
  #isAtEnd(): boolean {
    return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 120
  }

  #scroll(): void {
    requestAnimationFrame(() => {
      this.#list.scrollTop = this.#list.scrollHeight
    })
  }
}
