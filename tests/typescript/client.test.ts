import assert from 'node:assert/strict'
import test from 'node:test'
import { createHttpClient, type Http, ProblemError, type Session } from '@experience-plane/client'

const user: Http.User = {
  user_id: '0198c0dd-1111-7aaa-8bbb-0123456789ab',
  tenant_id: '0198c0dd-2222-7aaa-8bbb-0123456789ab',
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  roles: ['member'],
  permissions: ['agents.talk'],
}

const credentials = { email: 'ada@example.com', password: 'the engine weaves patterns' }

/** A service with one valid pair of tokens at a time; `expired` says whether the access token is. */
function service() {
  const seen: string[] = []
  const state = { generation: 0, expired: false, refreshable: true }
  const tokens = () => {
    state.generation += 1
    state.expired = false
    return {
      access_token: `access-${state.generation}`,
      refresh_token: `refresh-${state.generation}`,
      token_type: 'Bearer',
      expires_in: 900,
      user,
    }
  }
  const problem = (slug: string, status: number) =>
    Response.json(
      { type: `/problems/${slug}`, title: slug, status, detail: slug },
      { status, headers: { 'Content-Type': 'application/problem+json' } },
    )
  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const authorization = request.headers.get('Authorization')
    seen.push(`${request.method} ${pathname} ${authorization ?? '-'}`)
    if (pathname === '/api/auth/login') return Response.json(tokens())
    if (pathname === '/api/auth/refresh') {
      const { refresh_token } = (await request.json()) as Http.RefreshRequest
      const valid = state.refreshable && refresh_token === `refresh-${state.generation}`
      return valid ? Response.json(tokens()) : problem('invalid-refresh-token', 401)
    }
    if (state.expired || authorization !== `Bearer access-${state.generation}`) return problem('unauthenticated', 401)
    if (pathname === '/api/auth/logout') return new Response(null, { status: 204 })
    return Response.json(user)
  }
  const fetch: typeof globalThis.fetch = (input, init) => answer(new Request(input, init))
  return { seen, state, fetch }
}

async function loggedIn() {
  const fake = service()
  const sessions: (Session | null)[] = []
  const client = createHttpClient({
    baseUrl: 'http://service.test',
    fetch: fake.fetch,
    onSession: (session) => sessions.push(session),
  })
  await client.logIn(credentials)
  return { ...fake, client, sessions }
}

test('Logging in sends no token, and what follows sends the one that it got', async () => {
  const { client, seen } = await loggedIn()
  assert.equal((await client.unwrap(client.http.GET('/api/auth/me'))).name, 'Ada Lovelace')
  assert.deepEqual(seen, ['POST /api/auth/login -', 'GET /api/auth/me Bearer access-1'])
})

test('A guest who logs in sends along the access token, and a newer one when it is about to expire', async () => {
  const sent: unknown[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    const { token_delivery: _, ...given } = (await request.json()) as Record<string, unknown>
    sent.push([pathname, given])
    if (pathname === '/api/auth/login' && given.password === 'wrong') return new Response(null, { status: 401 })
    const { email: _email, ...nobody } = user
    const guest = { ...nobody, anonymous: true }
    return Response.json({
      access_token: `access-${sent.length}`,
      refresh_token: `refresh-${sent.length}`,
      token_type: 'Bearer',
      expires_in: pathname === '/api/auth/anonymous' ? 30 : 900,
      user: pathname === '/api/auth/login' ? user : guest,
    })
  }
  const client = createHttpClient({ baseUrl: 'http://service.test', fetch })
  assert.equal((await client.startAnonymousSession()).user.anonymous, true)
  await assert.rejects(client.logIn({ ...credentials, password: 'wrong' }))
  await client.logIn(credentials)
  await client.logIn(credentials)
  assert.deepEqual(sent, [
    ['/api/auth/anonymous', {}],
    ['/api/auth/refresh', { refresh_token: 'refresh-1' }],
    ['/api/auth/login', { ...credentials, password: 'wrong', upgrade: 'access-2' }],
    ['/api/auth/login', { ...credentials, upgrade: 'access-2' }],
    ['/api/auth/login', credentials],
  ])
})

test('A login with a second factor answers the challenge, and no session before the factor is given', async () => {
  const challenge = {
    challenge: 'a challenge of twenty letters'.replaceAll(' ', '-'),
    methods: ['totp'],
    expires_at: '2026-11-23T12:05:00Z',
  }
  const fake = service()
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    const { pathname } = new URL(request.url)
    if (pathname === '/api/auth/login') return Response.json(challenge, { status: 202 })
    assert.equal(pathname, '/api/auth/login/second-factor')
    const given = { challenge: challenge.challenge, method: 'totp', code: '123456', token_delivery: 'body' }
    assert.deepEqual(await request.json(), given)
    return fake.fetch('http://service.test/api/auth/login', { method: 'POST' })
  }
  const client = createHttpClient({ baseUrl: 'http://service.test', fetch })
  const answer = await client.logIn(credentials)
  assert.deepEqual(answer, challenge)
  assert.equal(client.session, null)
  const session = await client.completeSecondFactor({
    challenge: challenge.challenge,
    method: 'totp',
    code: '123456',
  })
  assert.equal(session.accessToken, 'access-1')
  assert.equal(client.session, session)
})

test('An expired access token is exchanged once, however many requests notice it, and each is repeated', async () => {
  const { client, seen, state } = await loggedIn()
  state.expired = true
  const asking = [1, 2, 3].map(() => client.unwrap(client.http.GET('/api/auth/me')))
  const users = await Promise.all(asking)
  assert.deepEqual(
    users.map(({ name }) => name),
    ['Ada Lovelace', 'Ada Lovelace', 'Ada Lovelace'],
  )
  assert.equal(seen.filter((line) => line.startsWith('POST /api/auth/refresh')).length, 1)
})

test('Requests at the same time share one exchange of the refresh token', async () => {
  const { client, seen } = await loggedIn()
  const [first, second] = await Promise.all([client.refresh(), client.refresh()])
  assert.equal(first, second)
  assert.equal(seen.filter((line) => line.startsWith('POST /api/auth/refresh')).length, 1)
})

test('When the refresh token is refused the session is over, and the first refusal is what the caller sees', async () => {
  const { client, state, sessions } = await loggedIn()
  state.refreshable = false
  state.expired = true
  const asking = client.unwrap(client.http.GET('/api/auth/me'))
  await assert.rejects(asking, (error) => error instanceof ProblemError && error.slug === 'unauthenticated')
  assert.equal(client.session, null)
  assert.equal(sessions.at(-1), null)
})

test('Logging out forgets the session even when the service cannot be reached', async () => {
  const client = createHttpClient({
    baseUrl: 'http://service.test',
    fetch: () => Promise.reject(new TypeError('unreachable')),
    session: { user, accessToken: 'a', refreshToken: 'r', expiresAt: 0 },
  })
  await assert.rejects(client.logOut(), TypeError)
  assert.equal(client.session, null)
})

test('An answer that is no problem detail becomes a ProblemError all the same', async () => {
  const fetch = () => Promise.resolve(new Response('<h1>Bad gateway</h1>', { status: 502 }))
  const client = createHttpClient({ baseUrl: 'http://service.test', fetch })
  await assert.rejects(
    client.logIn(credentials),
    (error) => error instanceof ProblemError && error.status === 502 && error.slug === null,
  )
})

test('With the refresh token in a cookie the client never has it, and asks the browser to send it', async () => {
  const sent: { path: string; credentials: RequestCredentials; body: unknown }[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    sent.push({ path: new URL(request.url).pathname, credentials: request.credentials, body: await request.json() })
    return Response.json({ access_token: `access-${sent.length}`, token_type: 'Bearer', expires_in: 900, user })
  }
  const client = createHttpClient({ baseUrl: 'http://service.test', fetch, tokenDelivery: 'cookie' })
  assert.equal((await client.refresh()).accessToken, 'access-1')
  await client.logIn(credentials)
  await client.register({ ...credentials, name: 'Ada Lovelace' })
  await client.completeSecondFactor({ challenge: 'c'.repeat(43), method: 'totp', code: '123456' })
  const delivery = { token_delivery: 'cookie' }
  assert.deepEqual(
    sent.map(({ path, body }) => [path, body]),
    [
      ['/api/auth/refresh', delivery],
      ['/api/auth/login', { ...credentials, ...delivery }],
      ['/api/auth/register', { ...credentials, name: 'Ada Lovelace', ...delivery }],
      ['/api/auth/login/second-factor', { challenge: 'c'.repeat(43), method: 'totp', code: '123456', ...delivery }],
    ],
  )
  assert.deepEqual(new Set(sent.map(({ credentials }) => credentials)), new Set(['include']))
  assert.equal(client.session?.refreshToken ?? null, null)
})
