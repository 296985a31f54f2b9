/** The page in a real browser, against a running service; see visit.ts. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test, { after, before } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { BASE_URL, launch, register, type Visit, visit as visitWith } from './visit.js'

const TABLE = ['name,email,city', 'Ada,ada@example.com,London', 'Grace,,New York', 'Edsger,,Austin'].join('\n')

let browser: Browser

before(async () => {
  browser = await launch()
})

after(() => browser.close())

function visit(address: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Visit> {
  return visitWith(browser, address, options)
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Your message').fill(text)
  await page.keyboard.press('Enter')
}

async function answered(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (expected) => {
      const answers = [...document.querySelectorAll('.said.agent')]
      const send = document.querySelector<HTMLButtonElement>('#send')
      return answers.length >= expected && !document.querySelector('[aria-busy]') && send?.disabled === false
    },
    count,
    { timeout: 30_000 },
  )
}

/** The code that an authenticator app with this secret shows (RFC 6238), so many steps from now. */
function totp(secret: string, steps = 0): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('A person sets up an authenticator app, is asked for its code at the next login, and can let go of it', async () => {
  const { page, complaints } = await visit('/')
  const email = await register(page)
  await page.getByRole('button', { name: 'Security' }).click()
  await page.getByRole('button', { name: 'Use an authenticator app' }).click()
  const shown = page.locator('#totp-secret')
  await shown.waitFor()
  const secret = (await shown.innerText()).replaceAll(' ', '')
  assert.match((await page.locator('#otpauth').getAttribute('href')) ?? '', new RegExp(`^otpauth://totp/.*${secret}`))
  await page.getByRole('img', { name: 'QR code of the key' }).waitFor()
  const code = page.getByLabel('Code of your authenticator app')
  await code.fill('no code')
  await page.keyboard.press('Enter')
  await page.getByText('This code is wrong').waitFor()
  await code.fill(totp(secret))
  await page.keyboard.press('Enter')
  await page.getByText('Recovery codes left: 10.').waitFor()
  const recovery = await page.locator('#recovery-codes code').allInnerTexts()
  assert.equal(recovery.length, 10)
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByLabel('Log in').check()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('the engine weaves patterns')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'One more step' }).waitFor()
  assert.equal(await page.getByText(recovery[0] ?? '').count(), 0)
  await page.getByLabel('Code', { exact: true }).fill('no code')
  await page.keyboard.press('Enter')
  await page.locator('#second-factor-fault').filter({ hasText: 'This code is wrong' }).waitFor()
  await page.getByLabel('Code', { exact: true }).fill(totp(secret, 1))
  await page.keyboard.press('Enter')
  await page.getByText('Connected.').waitFor()
  await page.getByRole('button', { name: 'Security' }).click()
  await page.getByText('Recovery codes left: 10.').waitFor()
  await code.fill(recovery[0] ?? '')
  await page.getByRole('button', { name: 'Use no authenticator app any more' }).click()
  await page.getByText('Logging in takes your password alone.').waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('A person registers, talks, sees the handoff, the step and the streamed answer, and logs out', async () => {
  const { page, complaints } = await visit('/')
  await register(page)
  await say(page, `How many rows of this table have no e-mail address?\n\n${TABLE}`)
  await page.getByText('handed over to').waitFor({ timeout: 30_000 })
  await answered(page, 1)
  const handoff = (await page.locator('.handoff').first().textContent()) ?? ''
  assert.match(handoff, /handed over to .+\. .+/)
  assert.ok((await page.locator('.step.done').count()) >= 1, 'a step is shown, and done')
  const answer = (await page.locator('.said.agent .text').last().textContent()) ?? ''
  assert.ok(answer.trim().length > 20, `the answer is shown: ${answer}`)
  await page.locator('.entry[aria-current]').waitFor()
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Talk to the agents' }).waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('Somebody talks without an account, is the same guest after a reload, and keeps the conversation on registering', async () => {
  const { page, complaints } = await visit('/')
  await page.getByRole('button', { name: 'Try it without an account' }).click()
  await page.getByText('Connected.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Security' }).isVisible(), false)
  await say(page, 'What can you do?')
  await answered(page, 1)
  const said = (await page.locator('.said .text').allTextContents()).map((text) => text.trim())
  await page.reload()
  await page.getByText('You are here as a guest').waitFor()
  await page.locator('.entry').first().click()
  await page.waitForFunction((count) => document.querySelectorAll('.said').length === count, said.length)
  await page.getByRole('button', { name: 'Register or log in' }).click()
  await page.getByRole('button', { name: 'Back to the conversation' }).click()
  await page.getByLabel('Your message').waitFor()
  await page.getByRole('button', { name: 'Register or log in' }).click()
  await register(page)
  await page.getByText('Ada Lovelace').waitFor()
  await page.waitForFunction((count) => document.querySelectorAll('.said').length === count, said.length)
  assert.equal(await page.getByText('You are here as a guest').isVisible(), false)
  const kept = (await page.locator('.said .text').allTextContents()).map((text) => text.trim())
  assert.deepEqual(kept, said)
  await say(page, 'What else can you do?')
  await answered(page, 2)
  assert.equal(await page.locator('.entry').count(), 1)
  assert.deepEqual(complaints, [])
  await page.close()
})

test('A guest may leave, and is asked nothing', async () => {
  const { page, complaints } = await visit('/', { viewport: { width: 360, height: 740 } })
  await page.getByRole('button', { name: 'Try it without an account' }).click()
  await page.getByText('Connected.').waitFor()
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.equal(widths[0], widths[1])
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Talk to the agents' }).waitFor()
  assert.deepEqual(await page.context().cookies(), [])
  assert.deepEqual(complaints, [])
  await page.close()
})

test('A conversation is shown again from its history', async () => {
  const { page, complaints } = await visit('/')
  await register(page)
  await say(page, 'What can you do?')
  await answered(page, 1)
  const said = await page.locator('.said .text').allTextContents()
  await page.getByRole('button', { name: 'New conversation' }).click()
  assert.equal(await page.locator('.said').count(), 0)
  await page.locator('.entry').first().click()
  await page.waitForFunction((count) => document.querySelectorAll('.said').length === count, said.length)
  await page.waitForFunction(
    () => ![...document.querySelectorAll('.said .text')].some((text) => text.textContent === ''),
  )
  const again = await page.locator('.said .text').allTextContents()
  assert.deepEqual(
    again.map((text) => text.trim()),
    said.map((text) => text.trim()),
  )
  assert.deepEqual(complaints, [])
  await page.close()
})

test('What is wrong is said in words, beside the field where there is one', async () => {
  const { page, complaints } = await visit('/')
  const email = await register(page)
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByLabel('Log in').check()
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByText('The e-mail address or the password is wrong').waitFor()
  await page.getByLabel('Register').check()
  await page.getByLabel('Name').fill('Ada')
  await page.getByLabel('Password', { exact: true }).fill('password')
  await page.getByRole('button', { name: 'Register' }).click()
  await page.locator('#password[aria-invalid=true]').waitFor()
  assert.notEqual(await page.locator('#password-fault').textContent(), '')
  assert.deepEqual(complaints, [])
  await page.close()
})

test('The page fits a phone, and can be used with the keyboard alone', async () => {
  const { page, complaints } = await visit('/', { viewport: { width: 360, height: 740 } })
  await register(page)
  await page.keyboard.type('What can you do?')
  await page.keyboard.press('Enter')
  await answered(page, 1)
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
  assert.equal(widths[0], widths[1])
  await page.getByRole('button', { name: 'Conversations' }).click()
  await page.locator('.entry').first().waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
})

test('After a reload one is still logged in, and no script can read how', async () => {
  const { page, complaints } = await visit('/')
  await register(page)
  const readable = await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length])
  assert.deepEqual(readable, ['', 0, 0])
  const [cookie, ...others] = await page.context().cookies()
  assert.deepEqual(others, [])
  assert.equal(cookie?.name, '__Host-experience-plane-refresh')
  assert.deepEqual([cookie?.httpOnly, cookie?.secure, cookie?.sameSite, cookie?.path], [true, true, 'Strict', '/'])
  await page.reload()
  await page.getByText('Connected.').waitFor()
  assert.ok(await page.getByText('Ada Lovelace').isVisible())
  assert.deepEqual(complaints, [])
  await page.close()
})

test('Two tabs share a session, and logging out in one ends it in both', async () => {
  const { page, complaints } = await visit('/')
  await register(page)
  const other = await page.context().newPage()
  await other.goto(page.url())
  await other.getByText('Connected.').waitFor()
  await Promise.all([page.reload(), other.reload()])
  await Promise.all([page.getByText('Connected.').waitFor(), other.getByText('Connected.').waitFor()])
  await page.getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Talk to the agents' }).waitFor()
  await other.getByText('You have logged out in another tab.').waitFor()
  assert.deepEqual(await page.context().cookies(), [])
  await other.reload()
  await other.getByRole('heading', { name: 'Talk to the agents' }).waitFor()
  assert.deepEqual(complaints, [])
  await page.context().close()
})

for (const width of [360, 1200]) {
  test(`The link to a new password asks for it alone, and fits ${width} pixels`, async () => {
    const { page, complaints } = await visit(`/#reset-password=${'c'.repeat(43)}`, { viewport: { width, height: 740 } })
    await page.getByRole('textbox', { name: 'New password' }).fill('the engine weaves patterns')
    assert.equal(await page.getByRole('heading', { name: 'Talk to the agents' }).isVisible(), false)
    assert.equal(new URL(page.url()).hash, '')
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.locator('#new-password-fault:not(:empty)').waitFor()
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.equal(widths[0], widths[1])
    assert.deepEqual(complaints, [])
    await page.close()
  })
}

for (const address of ['/docs/http', '/docs/socket', '/problems', '/problems/invalid-message']) {
  test(`${address} loads nothing from elsewhere and fits a phone`, async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
    const elsewhere: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(BASE_URL) && !request.url().startsWith('data:')) elsewhere.push(request.url())
    })
    page.on('console', (message) => complaints.push(message.text()))
    const response = await page.goto(new URL(address, BASE_URL).href)
    assert.equal(response?.status(), 200)
    assert.ok(await page.getByRole('heading', { level: 1 }).isVisible())
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.equal(widths[0], widths[1])
    assert.deepEqual([elsewhere, complaints], [[], []])
    await page.close()
  })
}
