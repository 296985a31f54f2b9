/** Passkeys on the page, in a real browser with an authenticator of its own (WebAuthn.addVirtualAuthenticator). */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { BASE_URL, launch, PASSWORD, register, visit } from './visit.js'

// Passkeys belong to a domain, and a bare address is none.
const PAGE = BASE_URL.replace('127.0.0.1', 'localhost')

let browser: Browser

before(async () => {
  browser = await launch()
})

after(() => browser.close())

interface Authenticator {
  readonly session: CDPSession
  readonly id: string
}

async function plugIn(page: Page, options: { readonly verifiesUser: boolean }): Promise<Authenticator> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: options.verifiesUser,
      automaticPresenceSimulation: true,
    },
  })
  return { session, id: authenticatorId }
}

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Security' }).click()
  await page.getByLabel('What to call a new passkey').fill(name)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText(`${name}, added`).waitFor()
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Talk to the agents' }).waitFor()
}

async function givePassword(page: Page, email: string): Promise<void> {
  await page.getByLabel('Log in').check()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
}

test('A person adds a passkey, signs in with it alone and beside the password, and deletes it', async () => {
  const { page, complaints } = await visit(browser, PAGE)
  await plugIn(page, { verifiesUser: true })
  const email = await register(page)
  await addPasskey(page, 'This laptop')
  assert.equal(await page.locator('#recovery-codes li').count(), 10)
  await logOut(page)
  await page.getByLabel('Log in').check()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('Connected.').waitFor()
  await logOut(page)
  await givePassword(page, email)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByText('Connected.').waitFor()
  await page.getByRole('button', { name: 'Security' }).click()
  await page.getByRole('button', { name: 'Delete This laptop' }).click()
  await page.getByText('Logging in takes your password alone').waitFor()
  assert.equal(await page.locator('#passkeys li').count(), 0)
  await logOut(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('The passkey is not accepted').waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('A recovery code stands in for a passkey that is lost', async () => {
  const { page, complaints } = await visit(browser, PAGE)
  const { session, id } = await plugIn(page, { verifiesUser: true })
  const email = await register(page)
  await addPasskey(page, 'Lost key')
  const code = (await page.locator('#recovery-codes li').first().textContent()) ?? ''
  await logOut(page)
  await session.send('WebAuthn.clearCredentials', { authenticatorId: id })
  await givePassword(page, email)
  await page.getByLabel('Code', { exact: true }).fill(code)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.getByText('Connected.').waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('An authenticator that has a passkey of the account is not given another, and says so', async () => {
  const { page, complaints } = await visit(browser, PAGE)
  await plugIn(page, { verifiesUser: true })
  await register(page)
  await addPasskey(page, 'Key')
  await page.getByLabel('What to call a new passkey').fill('Again')
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('This device has a passkey of yours already.').waitFor()
  assert.equal(await page.locator('#passkeys li').count(), 1)
  assert.deepEqual(complaints, [])
  await page.close()
})

test('Who cannot show who he is to his authenticator is not signed in by it', async () => {
  const { page, complaints } = await visit(browser, PAGE)
  const { session, id } = await plugIn(page, { verifiesUser: true })
  await register(page)
  await addPasskey(page, 'Key')
  await logOut(page)
  await session.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false })
  await page.getByLabel('Log in').check()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('No passkey was used.').waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})
