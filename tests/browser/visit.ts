/**
 * The page in a real browser, against a running service: BASE_URL (http://localhost:8000 unless given). The browser is
 * CHROMIUM, or the first of the usual names on PATH.
 */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { type Browser, chromium, type Page } from 'playwright-core'

export const BASE_URL = process.env.BASE_URL ?? 'http://localhost:8000'
export const PASSWORD = 'the engine weaves patterns'

function findChromium(): string {
  const names = 'chromium chromium-browser google-chrome google-chrome-stable'
  const script = `for name in ${names}; do command -v "$name" && exit; done; exit 1`
  return process.env.CHROMIUM ?? execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim()
}

export function launch(): Promise<Browser> {
  // Chromium's sandbox does not start for root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: findChromium(), args })
}

export interface Visit {
  readonly page: Page
  /** What the browser complained about: scripts that failed, and everything that the content security policy refused. */
  readonly complaints: string[]
}

export async function visit(
  browser: Browser,
  address: string,
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Visit> {
  const page = await (await browser.newContext(options)).newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    const text = message.text()
    // A refusal that the page shows to the person is also logged by the browser itself.
    if (['error', 'warning'].includes(message.type()) && !text.startsWith('Failed to load resource'))
      complaints.push(text)
  })
  await page.goto(new URL(address, BASE_URL).href)
  return { page, complaints }
}

export async function register(page: Page): Promise<string> {
  const email = `ada-${randomUUID()}@example.com`
  await page.getByLabel('Register').check()
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('Connected.').waitFor()
  return email
}
