import type { Http } from '@experience-plane/client'

/** Whether this browser has passkeys, and reads and writes them as the contract does. */
export function hasPasskeys(): boolean {
  const known = globalThis.PublicKeyCredential as Partial<typeof PublicKeyCredential> | undefined
  return typeof known?.parseCreationOptionsFromJSON === 'function'
}

/** Lets the person make a passkey. Throws a DOMException when nothing comes of it. */
export async function createPasskey(options: Http.PasskeyCreationOptions): Promise<Http.RegistrationCredential> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return json(await navigator.credentials.create({ publicKey }))
}

/** Lets the person use a passkey. Throws a DOMException when nothing comes of it. */
export async function usePasskey(options: Http.PasskeyRequestOptions): Promise<Http.AuthenticationCredential> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return json(await navigator.credentials.get({ publicKey }))
}

function json<Made>(credential: Credential | null): Made {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException('No passkey', 'NotAllowedError')
  return credential.toJSON() as Made
}
