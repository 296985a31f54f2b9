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
  readonly #entrance: { show(visible: boolean): void }
  #code = ''

  constructor(client: HttpClient, tell: (text: string) => void, entrance: { show(visible: boolean): void }) {
    this.#client = client
    this.#tell = tell
    this.#entrance = entrance
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#reset()
    })
    globalThis.addEventListener('hashchange', () => void this.follow())
  }

  /**
   * Does what the address of the page says; the code leaves the address, so that nobody reads or bookmarks it. Answers whether a
   * new password is being asked for, in place of the entrance.
   */
  async follow(): Promise<boolean> {
    const [action, code] = location.hash.slice(1).split('=', 2)
    if (!code || (action !== 'verify-email' && action !== 'reset-password')) return false
    history.replaceState(null, '', location.pathname + location.search)
    if (action === 'verify-email') await this.#verify(code)
    else this.#ask(code)
    return action === 'reset-password'
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
    this.#entrance.show(false)
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
      this.#entrance.show(true)
      this.#tell('Your password is set. Log in with it.')
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    } finally {
      this.#button.disabled = false
    }
  }
}
