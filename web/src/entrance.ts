import type { HttpClient } from '@experience-plane/client'
import { byId } from './dom.js'
import { clearFaults, showFaults } from './faults.js'

/** The form in which one logs in or registers. Who has done so, the HTTP client's `onSession` tells. */
export class Entrance {
  readonly #section = byId('entrance', HTMLElement)
  readonly #form = byId('entrance-form', HTMLFormElement)
  readonly #fault = byId('entrance-fault', HTMLElement)
  readonly #button = byId('enter', HTMLButtonElement)
  readonly #client: HttpClient
  #registering = false

  constructor(client: HttpClient) {
    this.#client = client
    for (const choice of this.#section.querySelectorAll<HTMLInputElement>('input[name=entrance]')) {
      choice.addEventListener('change', () => this.#choose(choice.value === 'register'))
    }
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
  }

  show(visible: boolean): void {
    this.#section.hidden = !visible
    if (!visible) this.#form.reset()
    clearFaults(this.#form, this.#fault)
  }

  #choose(registering: boolean): void {
    this.#registering = registering
    const password = byId('password', HTMLInputElement)
    byId('name-field', HTMLElement).hidden = !registering
    byId('name', HTMLInputElement).disabled = !registering
    byId('password-hint', HTMLElement).hidden = !registering
    password.autocomplete = registering ? 'new-password' : 'current-password'
    if (registering) password.minLength = 8
    else password.removeAttribute('minlength')
    this.#button.textContent = registering ? 'Register' : 'Log in'
    clearFaults(this.#form, this.#fault)
  }

  async #submit(): Promise<void> {
    const given = new FormData(this.#form)
    const text = (name: string) => String(given.get(name) ?? '')
    const credentials = { email: text('email'), password: text('password') }
    this.#button.disabled = true
    try {
      if (this.#registering) await this.#client.register({ name: text('name'), ...credentials })
      else await this.#client.logIn(credentials)
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    } finally {
      this.#button.disabled = false
    }
  }
}
