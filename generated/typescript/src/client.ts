// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

import createFetchClient, { type Client, type Middleware } from 'openapi-fetch'
import type {
  AgentTicket,
  AuthenticationResult,
  LoginRequest,
  PasskeyLoginRequest,
  paths,
  RegisterRequest,
  SecondFactorPasskeyRequest,
  SecondFactorRequest,
  SecondFactorRequired,
  TokenDelivery,
  User,
} from './http.js'
import { UNAUTHENTICATED_OPERATIONS } from './operations.js'
import { isProblem, ProblemError } from './problem-error.js'

/** Who is logged in, and the tokens. Kept in memory only. */
export interface Session {
  readonly user: User
  readonly accessToken: string
  /** Null when it is in the browser's cookie, where no script can read it. */
  readonly refreshToken: string | null
  /** When the access token expires, in milliseconds since 1970, by this machine's clock. */
  readonly expiresAt: number
}

export interface HttpClientOptions {
  /** Where the service is, for example `http://localhost:8000`; in a page, its own origin unless given. */
  readonly baseUrl?: string
  readonly fetch?: typeof globalThis.fetch
  readonly session?: Session
  /**
   * Where the refresh token is delivered: in the `body` of answers (the default), or, for pages, in a `cookie` that no script can
   * read. With `cookie`, `refresh()` takes up the session of the browser, after a reload for example.
   */
  readonly tokenDelivery?: TokenDelivery
  /** Called when the user has logged in, when the tokens were exchanged, and with null when the session has ended. */
  readonly onSession?: (session: Session | null) => void
}

/** What openapi-fetch answers, whatever the operation. */
interface Answer<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

/** The typed HTTP half of the contract, and the session that its requests carry. */
export interface HttpClient {
  /** Each operation of the contract: `client.http.GET('/api/agents')`. */
  readonly http: Client<paths>
  readonly baseUrl: string
  readonly session: Session | null
  /** Begins as a guest, who may talk to the guide without an account. Whatever logs in after that takes the talk along. */
  startAnonymousSession(): Promise<Session>
  /** What whatever ends a login is sent for the guest's conversations to become the account's: `{}` where nobody is a guest. */
  guestUpgrade(): Promise<{ upgrade?: string }>
  /** Answers null where the service wants the address to be verified first: a mail is on its way, and nobody is logged in. */
  register(body: RegisterRequest): Promise<Session | null>
  /** Answers what the account asks for as its second factor, if it has one: nobody is logged in yet (`'challenge' in answer`). */
  logIn(body: LoginRequest): Promise<Session | SecondFactorRequired>
  /** Gives the second factor that `logIn` has asked for. */
  completeSecondFactor(body: SecondFactorRequest): Promise<Session>
  /** Gives a passkey as the second factor that `logIn` has asked for. */
  completeSecondFactorWithPasskey(body: SecondFactorPasskeyRequest): Promise<Session>
  /** Logs in by a passkey alone; what the browser is to be asked says `POST /api/auth/login/passkey-options`. */
  logInWithPasskey(body: PasskeyLoginRequest): Promise<Session>
  /** Takes over tokens that an operation other than those here has answered. */
  adopt(result: AuthenticationResult): Session
  /** Exchanges the refresh token. Calls at the same time share one exchange: a refresh token works once. */
  refresh(): Promise<Session>
  /** Ends the session; it is forgotten here even when the service cannot be reached. */
  logOut(): Promise<void>
  /** Forgets the session without telling the service, which has ended it already: another tab has logged out. */
  forget(): void
  createAgentTicket(): Promise<AgentTicket>
  /** The data of an answer. Throws a ProblemError when it is none. */
  unwrap<Data>(answer: Promise<Answer<Data>> | Answer<Data>): Promise<Data>
}

/** Makes an HTTP client. An access token that has expired is exchanged, once, and the request repeated. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new SessionClient(options)
}

/** How long a guest's access token must still be good, in milliseconds, so that it is when it arrives. */
const UPGRADE_MARGIN = 60_000

class SessionClient implements HttpClient {
  readonly http: Client<paths>
  readonly baseUrl: string
  readonly #fetch: typeof globalThis.fetch
  readonly #delivery: TokenDelivery
  readonly #onSession: (session: Session | null) => void
  #session: Session | null
  #refreshing: Promise<Session> | null = null

  constructor(options: HttpClientOptions) {
    this.baseUrl = (options.baseUrl ?? globalThis.location?.origin ?? '').replace(/\/$/, '')
    this.#delivery = options.tokenDelivery ?? 'body'
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
    this.#session = options.session ?? null
    this.#onSession = options.onSession ?? (() => undefined)
    this.http = createFetchClient<paths>({
      baseUrl: this.baseUrl,
      fetch: (request) => this.#send(request),
      ...(this.#delivery === 'cookie' && { credentials: 'include' }),
    })
    this.http.use(this.#authorize())
  }

  get session(): Session | null {
    return this.#session
  }

  async startAnonymousSession(): Promise<Session> {
    const body = { token_delivery: this.#delivery }
    return this.adopt(await this.unwrap(this.http.POST('/api/auth/anonymous', { body })))
  }

  async guestUpgrade(): Promise<{ upgrade?: string }> {
    if (!this.#session?.user.anonymous) return {}
    if (this.#session.expiresAt - Date.now() < UPGRADE_MARGIN) await this.refresh().catch(unlessEnded)
    return this.#session?.user.anonymous ? { upgrade: this.#session.accessToken } : {}
  }

  async register(given: RegisterRequest): Promise<Session | null> {
    const body = { ...given, ...(await this.guestUpgrade()), token_delivery: this.#delivery }
    const result = await this.unwrap(this.http.POST('/api/auth/register', { body }))
    return 'status' in result ? null : this.adopt(result)
  }

  async logIn(given: LoginRequest): Promise<Session | SecondFactorRequired> {
    const body = { ...given, ...(await this.guestUpgrade()), token_delivery: this.#delivery }
    const result = await this.unwrap(this.http.POST('/api/auth/login', { body }))
    return 'challenge' in result ? result : this.adopt(result)
  }

  async completeSecondFactor(given: SecondFactorRequest): Promise<Session> {
    const body = { ...given, ...(await this.guestUpgrade()), token_delivery: this.#delivery }
    return this.adopt(await this.unwrap(this.http.POST('/api/auth/login/second-factor', { body })))
  }

  async completeSecondFactorWithPasskey(given: SecondFactorPasskeyRequest): Promise<Session> {
    const body = { ...given, ...(await this.guestUpgrade()), token_delivery: this.#delivery }
    return this.adopt(await this.unwrap(this.http.POST('/api/auth/login/second-factor/passkey', { body })))
  }

  async logInWithPasskey(given: PasskeyLoginRequest): Promise<Session> {
    const body = { ...given, ...(await this.guestUpgrade()), token_delivery: this.#delivery }
    return this.adopt(await this.unwrap(this.http.POST('/api/auth/login/passkey', { body })))
  }

  refresh(): Promise<Session> {
    this.#refreshing ??= this.#exchange().finally(() => {
      this.#refreshing = null
    })
    return this.#refreshing
  }

  async logOut(): Promise<void> {
    try {
      if (this.#session) await this.unwrap(this.http.POST('/api/auth/logout'))
    } finally {
      this.#set(null)
    }
  }

  forget(): void {
    this.#set(null)
  }

  createAgentTicket(): Promise<AgentTicket> {
    return this.unwrap(this.http.POST('/api/runtime/agent/tickets'))
  }

  async unwrap<Data>(answer: Promise<Answer<Data>> | Answer<Data>): Promise<Data> {
    const { data, error, response } = await answer
    if (response.ok) return data as Data
    throw new ProblemError(isProblem(error) ? error : unexplained(response))
  }

  async #exchange(): Promise<Session> {
    const before = this.#session
    const cookie = this.#delivery === 'cookie'
    if (!before && !cookie) throw new ProblemError(notLoggedIn())
    const given = before?.refreshToken ? { refresh_token: before.refreshToken } : {}
    const body = { ...given, token_delivery: this.#delivery }
    try {
      return this.adopt(await this.unwrap(this.http.POST('/api/auth/refresh', { body })))
    } catch (error) {
      if (before && error instanceof ProblemError && error.status === 401 && this.#session === before) this.#set(null)
      throw error
    }
  }

  adopt(result: AuthenticationResult): Session {
    const session = {
      user: result.user,
      accessToken: result.access_token,
      refreshToken: result.refresh_token ?? null,
      expiresAt: Date.now() + result.expires_in * 1000,
    }
    this.#set(session)
    return session
  }

  #set(session: Session | null): void {
    this.#session = session
    this.#onSession(session)
  }

  #authorize(): Middleware {
    return {
      onRequest: ({ request, schemaPath }) => {
        if (this.#session && !isOpen(request, schemaPath)) {
          request.headers.set('Authorization', `Bearer ${this.#session.accessToken}`)
        }
        return request
      },
    }
  }

  async #send(request: Request): Promise<Response> {
    const sentWith = request.headers.get('Authorization')
    const again = sentWith === null ? null : request.clone()
    const response = await this.#fetch(request)
    if (response.status !== 401 || again === null || this.#session === null) return response
    // Another request may have exchanged the tokens since this one left.
    const stale = sentWith === `Bearer ${this.#session.accessToken}`
    const session = stale ? await this.refresh().catch(() => null) : this.#session
    if (session === null) return response
    again.headers.set('Authorization', `Bearer ${session.accessToken}`)
    return this.#fetch(again)
  }
}

function unlessEnded(error: unknown): void {
  if (!(error instanceof ProblemError) || error.status !== 401) throw error
}

function isOpen(request: Request, path: string): boolean {
  return UNAUTHENTICATED_OPERATIONS.has(`${request.method} ${path}`)
}

function unexplained(response: Response) {
  return {
    type: 'about:blank',
    title: 'The answer is no problem detail',
    status: response.status,
    detail: `The service answered ${response.status} ${response.statusText}`.trimEnd(),
  }
}

function notLoggedIn() {
  return {
    type: '/problems/unauthenticated',
    title: 'Authentication is required',
    status: 401,
    detail: 'Nobody is logged in.',
  }
}
