import type { HttpClient } from '@experience-plane/client'
import { byId } from './dom.js'
import { clearFaults, inWords, showFaults } from './faults.js'

/** What a link in a mail asks for: it leads here with `#verify-email=` or `#reset-password=` and a code. */
export class MailedLink {
  readonly #section = byId('new-password', HTMLElement)
  readonly #form = byId('new-password-form', HTMLFormElement)
  readonly #fault = byId('new-password-fault', HTMLElement)
  readonly #button = byId('set-password', HTMLButtonElement)
  readonly #client: HttpClient
  readonly #tell: (text: string) => void
  #code = ''

  constructor(client: HttpClient, tell: (text: string) => void) {
    this.#client = client
    this.#tell = tell
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#reset()
    })
    globalThis.addEventListener('hashchange', () => void this.follow())
  }

  /** Does what the address of the page says; the code leaves the address, so that nobody reads or bookmarks it. */
  async follow(): Promise<void> {
    const [action, code] = location.hash.slice(1).split('=', 2)
    if (!code || (action !== 'verify-email' && action !== 'reset-password')) return
    history.replaceState(null, '', location.pathname + location.search)
    if (action === 'verify-email') await this.#verify(code)
    else this.#ask(code)
  }

  async #verify(code: string): Promise<void> {
    try {
      await this.#client.unwrap(this.#client.http.POST('/api/auth/email/verify', { body: { code } }))
      this.#tell('Your e-mail address is confirmed.')
    } catch (error) {
      this.#tell(inWords(error))
    }
  }

  #ask(code: string): void {
    this.#code = code
    this.#section.hidden = false
    byId('new_password', HTMLInputElement).focus()
  }

  async #reset(): Promise<void> {
    const body = { code: this.#code, new_password: byId('new_password', HTMLInputElement).value }
    clearFaults(this.#form, this.#fault)
    this.#button.disabled = true
    try {
      await this.#client.unwrap(this.#client.http.POST('/api/auth/password/reset', { body }))
      this.#form.reset()
      this.#section.hidden = true
      this.#tell('Your password is set. Log in with it.')
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    } finally {
      this.#button.disabled = false
    }
  }
}
