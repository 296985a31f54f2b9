import type { HttpClient } from '@experience-plane/client'
import { byId } from './dom.js'
import { clearFaults, inWords, showFaults } from './faults.js'
import { hasPasskeys, usePasskey } from './passkeys.js'
import { SecondFactorForm } from './second-factor.js'

/** The form in which one logs in or registers. Who has done so, the HTTP client's `onSession` tells. */
export class Entrance {
  readonly #section = byId('entrance', HTMLElement)
  readonly #form = byId('entrance-form', HTMLFormElement)
  readonly #fault = byId('entrance-fault', HTMLElement)
  readonly #button = byId('enter', HTMLButtonElement)
  readonly #forgot = byId('forgot', HTMLButtonElement)
  readonly #try = byId('try', HTMLButtonElement)
  readonly #passkey = byId('enter-with-passkey', HTMLButtonElement)
  readonly #secondFactor: SecondFactorForm
  readonly #client: HttpClient
  readonly #tell: (text: string) => void
  #registering = false

  constructor(client: HttpClient, tell: (text: string) => void) {
    this.#client = client
    this.#tell = tell
    this.#secondFactor = new SecondFactorForm(client, () => this.show(true))
    this.#passkey.hidden = !hasPasskeys()
    this.#passkey.addEventListener('click', () => void this.#usePasskey())
    this.#forgot.addEventListener('click', () => void this.#askForPassword())
    this.#try.addEventListener('click', () => void this.#begin())
    byId('back-to-talk', HTMLButtonElement).addEventListener('click', () => this.show(false))
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
    this.#secondFactor.hide()
    if (!visible) this.#form.reset()
    clearFaults(this.#form, this.#fault)
    const guest = this.#client.session !== null
    byId('without', HTMLElement).hidden = guest
    byId('back-to-talk', HTMLButtonElement).hidden = !guest
    byId('without-fault', HTMLElement).textContent = ''
  }

  /** Lets a guest register, or log in. */
  invite(): void {
    this.show(true)
    byId('choose-register', HTMLInputElement).checked = true
    this.#choose(true)
    byId('name', HTMLInputElement).focus()
  }

  #choose(registering: boolean): void {
    this.#registering = registering
    const password = byId('password', HTMLInputElement)
    byId('name-field', HTMLElement).hidden = !registering
    byId('name', HTMLInputElement).disabled = !registering
    byId('password-hint', HTMLElement).hidden = !registering
    this.#forgot.hidden = registering
    this.#passkey.hidden = registering || !hasPasskeys()
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
      if (!this.#registering) await this.#logIn(credentials)
      else if ((await this.#client.register({ name: text('name'), ...credentials })) === null)
        this.#tell('A mail is on its way to you: open the link in it, then log in.')
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    } finally {
      this.#button.disabled = false
    }
  }

  async #begin(): Promise<void> {
    this.#try.disabled = true
    try {
      await this.#client.startAnonymousSession()
    } catch (error) {
      byId('without-fault', HTMLElement).textContent = inWords(error)
    } finally {
      this.#try.disabled = false
    }
  }

  async #logIn(credentials: { email: string; password: string }): Promise<void> {
    const answer = await this.#client.logIn(credentials)
    if (!('challenge' in answer)) return
    this.show(false)
    this.#secondFactor.ask(answer)
  }

  async #usePasskey(): Promise<void> {
    const { http } = this.#client
    clearFaults(this.#form, this.#fault)
    try {
      const options = await this.#client.unwrap(http.POST('/api/auth/login/passkey-options'))
      await this.#client.logInWithPasskey({ credential: await usePasskey(options) })
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    }
  }

  async #askForPassword(): Promise<void> {
    const field = byId('email', HTMLInputElement)
    clearFaults(this.#form, this.#fault)
    if (!field.reportValidity()) return
    try {
      await this.#client.unwrap(this.#client.http.POST('/api/auth/password/forgot', { body: { email: field.value } }))
      this.#tell('If this address has an account, a mail with a link to a new password is on its way.')
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    }
  }
}
