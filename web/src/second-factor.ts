import { type Http, type HttpClient, ProblemError } from '@experience-plane/client'
import { byId } from './dom.js'
import { clearFaults, showFaults } from './faults.js'
import { hasPasskeys, usePasskey } from './passkeys.js'

/** The form that asks for the second factor of a login. */
export class SecondFactorForm {
  readonly #section = byId('second-factor', HTMLElement)
  readonly #form = byId('second-factor-form', HTMLFormElement)
  readonly #fault = byId('second-factor-fault', HTMLElement)
  readonly #button = byId('give-second-factor', HTMLButtonElement)
  readonly #passkey = byId('give-passkey', HTMLButtonElement)
  readonly #code = byId('second-factor-code', HTMLInputElement)
  readonly #client: HttpClient
  readonly #startAgain: () => void
  #challenge = ''

  constructor(client: HttpClient, startAgain: () => void) {
    this.#client = client
    this.#startAgain = startAgain
    byId('leave-second-factor', HTMLButtonElement).addEventListener('click', startAgain)
    this.#passkey.addEventListener('click', () => void this.#usePasskey())
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
  }

  ask(required: Http.SecondFactorRequired): void {
    this.#passkey.hidden = !required.methods.includes('passkey') || !hasPasskeys()
    byId('second-factor-hint', HTMLElement).textContent = hint(required.methods, !this.#passkey.hidden)
    this.#challenge = required.challenge
    this.#section.hidden = false
    this.#code.focus()
  }

  hide(): void {
    this.#challenge = ''
    this.#section.hidden = true
    this.#form.reset()
    clearFaults(this.#form, this.#fault)
  }

  async #submit(): Promise<void> {
    const code = this.#code.value
    const method = /[a-z]/i.test(code) ? 'recovery_code' : 'totp'
    await this.#give(() => this.#client.completeSecondFactor({ challenge: this.#challenge, method, code }))
  }

  async #usePasskey(): Promise<void> {
    const challenge = this.#challenge
    await this.#give(async () => {
      const asked = this.#client.http.POST('/api/auth/login/second-factor/passkey-options', { body: { challenge } })
      const credential = await usePasskey(await this.#client.unwrap(asked))
      await this.#client.completeSecondFactorWithPasskey({ challenge, credential })
    })
  }

  async #give(factor: () => Promise<unknown>): Promise<void> {
    clearFaults(this.#form, this.#fault)
    this.#button.disabled = true
    try {
      await factor()
    } catch (error) {
      if (error instanceof ProblemError && error.slug === 'invalid-challenge') {
        this.#startAgain()
        showFaults(byId('entrance-form', HTMLFormElement), byId('entrance-fault', HTMLElement), error)
      } else {
        showFaults(this.#form, this.#fault, error)
        this.#code.select()
      }
    } finally {
      this.#button.disabled = false
    }
  }
}

function hint(methods: readonly Http.SecondFactorMethod[], passkey: boolean): string {
  const ways = [
    ...(passkey ? ['use a passkey'] : []),
    ...(methods.includes('totp') ? ['type the code that your authenticator app shows'] : []),
    ...(methods.includes('recovery_code') ? ['type one of your recovery codes'] : []),
  ]
  return `To log in, ${ways.join(', or ')}.`
}
