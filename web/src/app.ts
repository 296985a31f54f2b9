import { createHttpClient, ProblemError, type Session } from '@experience-plane/client'
import { byId } from './dom.js'
import { Entrance } from './entrance.js'
import { inWords } from './faults.js'
import { MailedLink } from './mailed-link.js'
import { Security } from './security.js'
import { Talk } from './talk.js'

const notice = byId('notice', HTMLElement)
const who = byId('who', HTMLElement)

// The access token lives in this page's memory, the refresh token in a cookie that no script reads.
const client = createHttpClient({ tokenDelivery: 'cookie', onSession: (session) => follow(session) })
const entrance = new Entrance(client, tell)
const talk = new Talk(client)
const mailedLink = new MailedLink(client, tell, entrance)
/** The other tabs of this browser share the cookie, and so the session. */
const tabs = new BroadcastChannel('experience-plane.session')
const security = new Security(client)
let userId: string | null = null
let leaving = false
let guest = false
/** What a guest was talking about, to go on with as whoever the guest becomes. */
let kept: string | null = null
let turning = Promise.resolve()

function tell(text: string): void {
  notice.hidden = false
  notice.textContent = text
}

function follow(session: Session | null): void {
  const next = session?.user.user_id ?? null
  if (next !== null && next === userId) return
  const ended = next === null && userId !== null && !leaving
  const before = userId
  userId = next
  if (guest) kept = leaving ? null : talk.conversationId
  guest = session?.user.anonymous ?? false
  byId('guest', HTMLElement).hidden = !guest
  byId('open-security', HTMLButtonElement).hidden = guest
  byId('user-name', HTMLElement).textContent = session?.user.name ?? ''
  who.hidden = session === null
  security.close()
  notice.hidden = !ended
  notice.textContent = ended ? 'Your session has ended. Log in again to go on.' : ''
  entrance.show(session === null)
  turning = turning.then(() => turn(before, next))
}

/** Leaves the conversations of one user for those of another; null is nobody. */
async function turn(before: string | null, next: string | null): Promise<void> {
  if (before !== null) await talk.end()
  if (next !== userId) return
  if (next === null) byId('email', HTMLInputElement).focus()
  else {
    void talk.start(kept)
    if (!guest) kept = null
    tabs.postMessage(next)
  }
}

async function logOut(): Promise<void> {
  leaving = true
  try {
    await talk.end()
    await client.logOut()
    tabs.postMessage(null)
  } catch {
    tell('You are logged out on this page only: the service could not be told. Load the page again, and log out there.')
  } finally {
    leaving = false
  }
}

/** What another tab says: who is logged in there now, or null when the person has logged out. */
function hear(other: string | null): void {
  if (other === userId) return
  if (other !== null) void resume()
  else {
    leaving = true
    client.forget()
    leaving = false
    tell('You have logged out in another tab.')
  }
}

/** Takes up the session of this browser, if there is one. */
async function resume(): Promise<void> {
  try {
    await client.refresh()
  } catch (error) {
    if (client.session !== null) return
    entrance.show(true)
    if (!(error instanceof ProblemError) || error.status !== 401) tell(inWords(error))
  }
}

async function begin(): Promise<void> {
  if (!(await mailedLink.follow())) await resume()
}

tabs.addEventListener('message', (event: MessageEvent<string | null>) => hear(event.data))
byId('keep', HTMLButtonElement).addEventListener('click', () => entrance.invite())
byId('log-out', HTMLButtonElement).addEventListener('click', () => void logOut())
void begin()
