import { createHttpClient, type Session } from '@experience-plane/client'
import { byId } from './dom.js'
import { Entrance } from './entrance.js'
import { MailedLink } from './mailed-link.js'
import { Security } from './security.js'
import { Talk } from './talk.js'

const notice = byId('notice', HTMLElement)
const who = byId('who', HTMLElement)

// Tokens live in this page's memory only: nothing that runs later, or elsewhere, can read them.
const client = createHttpClient({ onSession: (session) => follow(session) })
const entrance = new Entrance(client, tell)
const talk = new Talk(client)
const security = new Security(client)
let userId: string | null = null
let leaving = false

function tell(text: string): void {
  notice.hidden = false
  notice.textContent = text
}

function follow(session: Session | null): void {
  if (session && session.user.user_id === userId) return
  const ended = session === null && userId !== null && !leaving
  userId = session?.user.user_id ?? null
  byId('user-name', HTMLElement).textContent = session?.user.name ?? ''
  who.hidden = session === null
  security.close()
  notice.hidden = !ended
  notice.textContent = ended ? 'Your session has ended. Log in again to go on.' : ''
  entrance.show(session === null)
  if (session) void talk.start()
  else void talk.end().then(() => byId('email', HTMLInputElement).focus())
}

async function logOut(): Promise<void> {
  leaving = true
  try {
    await talk.end()
    await client.logOut()
  } catch {
    notice.hidden = false
    notice.textContent = 'You are logged out here; the service could not be told, so the session ends by itself.'
  } finally {
    leaving = false
  }
}

void new MailedLink(client, tell).follow()
byId('log-out', HTMLButtonElement).addEventListener('click', () => void logOut())
