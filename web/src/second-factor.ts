import { type Http, type HttpClient, ProblemError } from '@experience-plane/client'
import { byId } from './dom.js'
import { clearFaults, showFaults } from './faults.js'

/** The form that asks for the second factor of a login. */
export class SecondFactorForm {
  readonly #section = byId('second-factor', HTMLElement)
  readonly #form = byId('second-factor-form', HTMLFormElement)
  readonly #fault = byId('second-factor-fault', HTMLElement)
  readonly #button = byId('give-second-factor', HTMLButtonElement)
  readonly #code = byId('second-factor-code', HTMLInputElement)
  readonly #client: HttpClient
  readonly #startAgain: () => void
  #challenge = ''

  constructor(client: HttpClient, startAgain: () => void) {
    this.#client = client
    this.#startAgain = startAgain
    byId('leave-second-factor', HTMLButtonElement).addEventListener('click', startAgain)
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
  }

  ask(required: Http.SecondFactorRequired): void {
    const recovery = required.methods.includes('recovery_code') ? ', or one of your recovery codes' : ''
    byId('second-factor-hint', HTMLElement).textContent = `Type the code that your authenticator app shows${recovery}.`
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
    this.#button.disabled = true
    try {
      await this.#client.completeSecondFactor({ challenge: this.#challenge, method, code })
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
