import { type Http, type HttpClient, ProblemError } from '@experience-plane/client'
import { byId, element } from './dom.js'
import { clearFaults, showFaults } from './faults.js'
import { createPasskey, hasPasskeys } from './passkeys.js'

/** Where a user adds passkeys and deletes them. */
export class YourPasskeys {
  readonly #form = byId('passkey-form', HTMLFormElement)
  readonly #fault = byId('passkey-fault', HTMLElement)
  readonly #button = byId('add-passkey', HTMLButtonElement)
  readonly #client: HttpClient
  readonly #changed: (recoveryCodes: readonly string[]) => Promise<void>

  /** `changed` is called after a passkey was added or deleted, with the recovery codes that came with it. */
  constructor(client: HttpClient, changed: (recoveryCodes: readonly string[]) => Promise<void>) {
    this.#client = client
    this.#changed = changed
    byId('no-passkeys', HTMLElement).hidden = hasPasskeys()
    this.#form.hidden = !hasPasskeys()
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#run(() => this.#add())
    })
  }

  /** Shows the passkeys that the account has; nothing of them where the service takes none. */
  async show(): Promise<void> {
    try {
      await this.#list()
    } catch (error) {
      if (!(error instanceof ProblemError) || error.slug !== 'not-supported') throw error
      byId('passkey-setup', HTMLElement).hidden = true
    }
  }

  async #list(): Promise<void> {
    const { passkeys } = await this.#client.unwrap(this.#client.http.GET('/api/auth/passkeys'))
    byId('passkeys', HTMLElement).replaceChildren(...passkeys.map((passkey) => this.#line(passkey)))
  }

  forget(): void {
    this.#form.reset()
    clearFaults(this.#form, this.#fault)
    byId('passkeys', HTMLElement).replaceChildren()
  }

  #line(passkey: Http.Passkey): HTMLElement {
    const used = passkey.last_used_at === null ? 'not used yet' : `used ${day(passkey.last_used_at)}`
    const remove = element('button', 'plain', 'Delete')
    remove.type = 'button'
    remove.setAttribute('aria-label', `Delete ${passkey.name}`)
    remove.addEventListener('click', () => void this.#run(() => this.#delete(passkey)))
    return element('li', '', `${passkey.name}, added ${day(passkey.created_at)}, ${used} `, remove)
  }

  async #add(): Promise<void> {
    const { http } = this.#client
    const given = new FormData(this.#form)
    const password = String(given.get('current_password') ?? '')
    const proof = password === '' ? {} : { current_password: password }
    const options = await this.#client.unwrap(http.POST('/api/auth/passkey-registration-options', { body: proof }))
    const body = { name: String(given.get('passkey-name') ?? ''), credential: await createPasskey(options) }
    const { recovery_codes } = await this.#client.unwrap(http.POST('/api/auth/passkeys', { body }))
    this.#form.reset()
    await this.show()
    await this.#changed(recovery_codes)
  }

  async #delete(passkey: Http.Passkey): Promise<void> {
    const path = { passkey_id: passkey.passkey_id }
    await this.#client.unwrap(this.#client.http.DELETE('/api/auth/passkeys/{passkey_id}', { params: { path } }))
    await this.show()
    await this.#changed([])
  }

  async #run(work: () => Promise<void>): Promise<void> {
    clearFaults(this.#form, this.#fault)
    this.#button.disabled = true
    try {
      await work()
    } catch (error) {
      showFaults(this.#form, this.#fault, error)
    } finally {
      this.#button.disabled = false
    }
  }
}

function day(moment: string): string {
  return new Date(moment).toLocaleDateString()
}
