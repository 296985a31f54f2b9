import type { Http, HttpClient } from '@experience-plane/client'
import { byId, element } from './dom.js'
import { clearFaults, showFaults } from './faults.js'
import { qrCode } from './qr-code.js'
import { YourPasskeys } from './your-passkeys.js'

type Step = 'enrol' | 'confirm' | 'regenerate'

const ACTS: Record<Step, string> = {
  enrol: 'Use an authenticator app',
  confirm: 'Confirm',
  regenerate: 'Make new recovery codes',
}

/** Where a user sets up the second factor. */
export class Security {
  readonly #section = byId('security', HTMLElement)
  readonly #form = byId('security-form', HTMLFormElement)
  readonly #fault = byId('security-fault', HTMLElement)
  readonly #toggle = byId('open-security', HTMLButtonElement)
  readonly #password = byId('security-password', HTMLInputElement)
  readonly #code = byId('security-code', HTMLInputElement)
  readonly #client: HttpClient
  readonly #passkeys: YourPasskeys
  #step: Step = 'enrol'

  constructor(client: HttpClient) {
    this.#client = client
    this.#passkeys = new YourPasskeys(client, async (recoveryCodes) => {
      if (recoveryCodes.length > 0) this.#showCodes({ recovery_codes: [...recoveryCodes] })
      await this.#show()
    })
    byId('disable', HTMLButtonElement).addEventListener('click', () => {
      if (this.#form.reportValidity()) void this.#do('disable')
    })
    this.#toggle.addEventListener('click', () => void (this.#section.hidden ? this.#open() : this.close()))
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#do(this.#step)
    })
  }

  close(): void {
    this.#section.hidden = true
    this.#toggle.setAttribute('aria-expanded', 'false')
    this.#forget()
  }

  async #open(): Promise<void> {
    this.#section.hidden = false
    this.#toggle.setAttribute('aria-expanded', 'true')
    this.#forget()
    await this.#run(async () => {
      await this.#show()
      await this.#passkeys.show()
    })
  }

  async #show(): Promise<void> {
    const factors = await this.#client.unwrap(this.#client.http.GET('/api/auth/factors'))
    const asked = [
      ...(factors.totp ? ['a code of your authenticator app'] : []),
      ...(factors.passkeys ? ['a passkey'] : []),
    ]
    byId('factors', HTMLElement).textContent =
      asked.length > 0
        ? `Beside your password, logging in takes ${asked.join(' or ')}. Recovery codes left: ${factors.recovery_codes_left}.`
        : 'Logging in takes your password alone. An authenticator app or a passkey keeps out who has learnt it.'
    this.#offer(factors.totp ? 'regenerate' : 'enrol')
  }

  async #do(step: Step | 'disable'): Promise<void> {
    await this.#run(async () => {
      const { http } = this.#client
      const password = this.#password.value === '' ? {} : { current_password: this.#password.value }
      const proof = { code: this.#code.value, ...password }
      if (step === 'enrol')
        return this.#showSecret(await this.#client.unwrap(http.POST('/api/auth/factors/totp', { body: password })))
      if (step === 'disable') await this.#client.unwrap(http.POST('/api/auth/factors/totp/disable', { body: proof }))
      else
        this.#showCodes(
          step === 'confirm'
            ? await this.#client.unwrap(http.POST('/api/auth/factors/totp/confirm', { body: { code: proof.code } }))
            : await this.#client.unwrap(http.POST('/api/auth/factors/recovery-codes', { body: proof })),
        )
      byId('enrolment', HTMLElement).hidden = true
      this.#form.reset()
      await this.#show()
    })
  }

  async #run(work: () => Promise<void>): Promise<void> {
    clearFaults(this.#form, this.#fault)
    try {
      await work()
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    }
  }

  #showSecret(enrolment: Http.TotpEnrolment): void {
    byId('enrolment', HTMLElement).hidden = false
    byId('totp-picture', HTMLElement).replaceChildren(qrCode(enrolment.otpauth_uri, 'QR code of the key'))
    byId('totp-secret', HTMLElement).textContent = enrolment.secret.replace(/(.{4})(?=.)/g, '$1 ')
    byId('otpauth', HTMLAnchorElement).href = enrolment.otpauth_uri
    this.#offer('confirm')
    this.#code.focus()
  }

  #showCodes({ recovery_codes }: Http.RecoveryCodes): void {
    byId('recovery', HTMLElement).hidden = false
    const lines = recovery_codes.map((code) => element('li', '', element('code', '', code)))
    byId('recovery-codes', HTMLElement).replaceChildren(...lines)
  }

  /** Shows what can be done now, and the fields that it takes. */
  #offer(step: Step): void {
    this.#step = step
    byId('security-act', HTMLButtonElement).textContent = ACTS[step]
    byId('disable', HTMLButtonElement).hidden = step !== 'regenerate'
    byId('security-password-field', HTMLElement).hidden = step === 'confirm'
    byId('security-code-field', HTMLElement).hidden = step === 'enrol'
    this.#code.required = step !== 'enrol'
  }

  #forget(): void {
    this.#form.reset()
    this.#passkeys.forget()
    clearFaults(this.#form, this.#fault)
    for (const id of ['enrolment', 'recovery']) byId(id, HTMLElement).hidden = true
    byId('totp-picture', HTMLElement).replaceChildren()
    byId('totp-secret', HTMLElement).textContent = ''
    byId('otpauth', HTMLAnchorElement).removeAttribute('href')
    byId('recovery-codes', HTMLElement).replaceChildren()
  }
}
