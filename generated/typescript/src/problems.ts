// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

/** A problem type of the registry: its title, HTTP status, close code, whether trying again may help, and what to do. */
export interface ProblemType {
  readonly title: string
  readonly status: number
  readonly close_code: number | null
  readonly retryable: boolean
  readonly description: string
  readonly remedy: string
}

export type ProblemSlug =
  | 'malformed-request'
  | 'malformed-message'
  | 'invalid-request'
  | 'invalid-message'
  | 'message-out-of-order'
  | 'weak-password'
  | 'unauthenticated'
  | 'invalid-credentials'
  | 'wrong-password'
  | 'invalid-code'
  | 'invalid-challenge'
  | 'wrong-code'
  | 'reauthentication-required'
  | 'second-factor-exists'
  | 'no-second-factor'
  | 'passkey-refused'
  | 'passkey-taken'
  | 'too-many-passkeys'
  | 'passkey-not-found'
  | 'invalid-refresh-token'
  | 'invalid-ticket'
  | 'forbidden'
  | 'not-found'
  | 'session-not-found'
  | 'access-token-not-found'
  | 'access-token-limit'
  | 'conversation-not-found'
  | 'run-not-found'
  | 'run-not-active'
  | 'run-in-progress'
  | 'message-id-reused'
  | 'method-not-allowed'
  | 'email-taken'
  | 'guests-not-allowed'
  | 'provider-not-found'
  | 'invalid-sign-in'
  | 'unverified-identity'
  | 'account-link-required'
  | 'identity-taken'
  | 'email-unconfirmed'
  | 'content-too-large'
  | 'unsupported-media-type'
  | 'upgrade-required'
  | 'too-many-requests'
  | 'connection-timeout'
  | 'slow-reader'
  | 'agent-failed'
  | 'internal-error'
  | 'not-supported'
  | 'provider-unavailable'
  | 'overloaded'
  | 'not-ready'
  | 'user-not-found'
  | 'last-admin'

/** Every problem type that the service may answer, by its slug; the type of a problem is `/problems/{slug}`. */
export const PROBLEMS: Readonly<Record<ProblemSlug, ProblemType>> = {
  'malformed-request': {
    title: 'The request could not be parsed',
    status: 400,
    close_code: null,
    retryable: false,
    description: 'The body is not well-formed JSON (RFC 8259), holds a duplicate key, a number that JSON does not know, or is nested too deeply; or the URL could not be read.',
    remedy: 'Send well-formed JSON in UTF-8. `detail` says what was found.',
  },
  'malformed-message': {
    title: 'The message could not be parsed',
    status: 400,
    close_code: 4400,
    retryable: false,
    description: 'A frame on the agent socket was binary, or its text was not one well-formed JSON object. The connection lives on; one violation more than `limits.max_violations_per_minute` within 60 seconds closes it with the close code.',
    remedy: 'Send one JSON object per text frame.',
  },
  'invalid-request': {
    title: 'The request does not match the contract',
    status: 422,
    close_code: null,
    retryable: false,
    description: 'The request was understood, but a field is missing, unknown, of the wrong type or out of range. `errors` names each with a JSON Pointer.',
    remedy: 'Mend the fields that `errors` names. The generated clients make such a request impossible to write.',
  },
  'invalid-message': {
    title: 'The message does not match the contract',
    status: 422,
    close_code: 4400,
    retryable: false,
    description: 'A message on the agent socket has an unknown `type`, or a field that is missing, unknown, of the wrong type or out of range. The connection lives on; repeated violations close it as for malformed-message.',
    remedy: 'Mend the fields that `errors` names; where the type is unknown, `detail` lists the types that the contract accepts.',
  },
  'message-out-of-order': {
    title: 'The message is not allowed in this state',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'The protocol\'s state machines (`x-protocol` in asyncapi.yaml) do not allow this message now, for example an `agent.message` in a conversation that this connection has not opened.',
    remedy: 'Open the conversation first; see the protocol\'s tables.',
  },
  'weak-password': {
    title: 'The password is not acceptable',
    status: 422,
    close_code: null,
    retryable: false,
    description: 'The password is shorter than 8 or longer than 128 code points after NFKC normalisation, is among the passwords that attackers try first, or is little more than the name of the service or the user\'s own name or e-mail address (NIST SP 800-63B-4).',
    remedy: 'Choose another password; no rules about digits or symbols apply.',
  },
  'unauthenticated': {
    title: 'Authentication is required',
    status: 401,
    close_code: 4401,
    retryable: false,
    description: 'The request carries no access token, or one that is malformed, expired or revoked.',
    remedy: 'Refresh the access token, or log in again; then repeat the request.',
  },
  'invalid-credentials': {
    title: 'The e-mail address or the password is wrong',
    status: 401,
    close_code: null,
    retryable: false,
    description: 'No account has this e-mail address with this password. The answer is the same for an unknown address and for a wrong password.',
    remedy: 'Ask the user again.',
  },
  'wrong-password': {
    title: 'The password is wrong',
    status: 403,
    close_code: null,
    retryable: false,
    description: 'What the user asked for needs the current password as proof, and the one given is not it.',
    remedy: 'Ask the user again, or offer to reset the password.',
  },
  'invalid-code': {
    title: 'The code is not valid',
    status: 400,
    close_code: null,
    retryable: false,
    description: 'The mailed code is unknown, expired, was used before, or a newer one was mailed since.',
    remedy: 'Ask for a new mail and use the link in it.',
  },
  'invalid-challenge': {
    title: 'The login has to start again',
    status: 401,
    close_code: null,
    retryable: false,
    description: 'The challenge of a login is unknown, expired, used up by wrong codes, answered already, or the password or a factor of its account has changed since.',
    remedy: 'Log in again.',
  },
  'wrong-code': {
    title: 'The code is wrong',
    status: 403,
    close_code: null,
    retryable: false,
    description: 'The code is not what the authenticator app shows now, or was used before; or it is no recovery code of the account that is left.',
    remedy: 'Wait for the next code of the app, and check its clock; or use a recovery code.',
  },
  'reauthentication-required': {
    title: 'Prove again who you are',
    status: 403,
    close_code: null,
    retryable: false,
    description: 'What the user asked for needs the current password, or a login in the last few minutes.',
    remedy: 'Ask for the password, or let the user log in again.',
  },
  'second-factor-exists': {
    title: 'The account has this factor already',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'An authenticator app is used already.',
    remedy: 'Disable it before another one is enrolled.',
  },
  'no-second-factor': {
    title: 'The account has no such factor',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'There is no authenticator app in use; or none was enrolled, or too long ago to be confirmed.',
    remedy: 'Enrol one.',
  },
  'passkey-refused': {
    title: 'The passkey is not accepted',
    status: 401,
    close_code: null,
    retryable: false,
    description: 'The passkey is not registered (any more) or not the account\'s, did not sign the challenge that it was asked to sign, has not verified its user where it must, seems to be copied, or belongs to an account that may not log in. The answer does not tell which.',
    remedy: 'Fetch new options and let the user try again, or log in another way.',
  },
  'passkey-taken': {
    title: 'The passkey is registered already',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'The credential is registered with this account or with another.',
    remedy: 'Use another authenticator; the options name those that the account has under `excludeCredentials`.',
  },
  'too-many-passkeys': {
    title: 'The account has too many passkeys',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'The account has as many passkeys as the service allows.',
    remedy: 'Delete one that is not used any more.',
  },
  'passkey-not-found': {
    title: 'There is no such passkey',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The passkey does not exist, or is another user\'s.',
    remedy: 'List the passkeys.',
  },
  'invalid-refresh-token': {
    title: 'The refresh token is not valid',
    status: 401,
    close_code: null,
    retryable: false,
    description: 'The refresh token is unknown, expired, or was used before. Using one twice ends the session that it belongs to (RFC 9700 section 4.14).',
    remedy: 'Log in again.',
  },
  'invalid-ticket': {
    title: 'The ticket is not valid',
    status: 401,
    close_code: null,
    retryable: false,
    description: 'The socket ticket is unknown, expired (30 seconds after purchase) or was used before.',
    remedy: 'Buy a new ticket with createAgentTicket and connect again.',
  },
  'forbidden': {
    title: 'This is not permitted',
    status: 403,
    close_code: null,
    retryable: false,
    description: 'The user is known but lacks the permission, or the page that opens the socket, or sends or asks for the refresh cookie, has an origin that is not on the list.',
    remedy: 'Ask an administrator for the permission, or for the origin to be added.',
  },
  'not-found': {
    title: 'There is nothing at this address',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The path is not part of the contract.',
    remedy: 'Compare the path with the contract.',
  },
  'session-not-found': {
    title: 'There is no such session',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The session does not exist, has ended, or belongs to someone else; the three cannot be told apart.',
    remedy: 'List the sessions.',
  },
  'access-token-not-found': {
    title: 'There is no such personal access token',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The personal access token does not exist, has expired, was revoked, or belongs to someone else; which of these cannot be told.',
    remedy: 'List the personal access tokens.',
  },
  'access-token-limit': {
    title: 'There are too many personal access tokens',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'The user has as many personal access tokens that live as the service allows.',
    remedy: 'Revoke one that is not used any more.',
  },
  'conversation-not-found': {
    title: 'There is no such conversation',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The conversation does not exist, or belongs to someone else; the two cannot be told apart.',
    remedy: 'List the conversations, or open a new one.',
  },
  'run-not-found': {
    title: 'There is no such run',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The run does not exist in this conversation.',
    remedy: 'Use the run_id of a message.accepted.',
  },
  'run-not-active': {
    title: 'The run has ended already',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'A run that has completed, failed or been cancelled cannot be cancelled. The end was sent, or is on its way.',
    remedy: 'None is needed; this race is harmless.',
  },
  'run-in-progress': {
    title: 'Another run of this conversation is active',
    status: 409,
    close_code: null,
    retryable: true,
    description: 'A conversation has one active run at a time; a second message was sent before the first was answered.',
    remedy: 'Wait for the end of the run, or cancel it, then send the message again with the same message_id.',
  },
  'message-id-reused': {
    title: 'This message_id was used for another message',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'A message with this message_id and another text or context was accepted before. Sending the same message again is safe; sending a different one under the same id is not.',
    remedy: 'Make a new UUID for each new message.',
  },
  'method-not-allowed': {
    title: 'The method is not allowed here',
    status: 405,
    close_code: null,
    retryable: false,
    description: 'The path exists, but not with this method; the `Allow` header lists those it has.',
    remedy: 'Use an allowed method.',
  },
  'email-taken': {
    title: 'The e-mail address has an account already',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'An account with this e-mail address exists.',
    remedy: 'Log in, or register with another address.',
  },
  'guests-not-allowed': {
    title: 'This service is not for guests',
    status: 403,
    close_code: null,
    retryable: false,
    description: 'The service is configured to serve only people with an account (`auth.guests_allowed`).',
    remedy: 'Register or log in.',
  },
  'provider-not-found': {
    title: 'There is no such sign-in provider',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'No OpenID Connect provider is configured under this id.',
    remedy: 'Use an id of listOidcProviders.',
  },
  'invalid-sign-in': {
    title: 'The sign-in cannot be finished',
    status: 400,
    close_code: null,
    retryable: false,
    description: 'The state or the code is unknown, expired or was used before; the verifier is not that of the page that started; or what the provider answered is not believed. Which of them is in the log only.',
    remedy: 'Start the sign-in again.',
  },
  'unverified-identity': {
    title: 'The provider has not verified the e-mail address',
    status: 403,
    close_code: null,
    retryable: false,
    description: 'An account is made for, or linked with, an identity only if its provider says that the e-mail address is verified; to link, it must be the address of the account.',
    remedy: 'Verify the address at the provider, or register with a password.',
  },
  'account-link-required': {
    title: 'The account must be linked first',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'An account has the e-mail address of the identity and is not linked with it. A verified address alone does not open an existing account.',
    remedy: 'Log in as before, then start again with startOidcLink.',
  },
  'identity-taken': {
    title: 'The identity is linked with another account',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'Someone signs in to another account with this identity.',
    remedy: 'Sign in with the identity, or use another one.',
  },
  'email-unconfirmed': {
    title: 'The e-mail address is not confirmed',
    status: 403,
    close_code: null,
    retryable: true,
    description: 'The service (`auth.verification_required`), or its external identity provider, lets nobody in before the e-mail address is confirmed. An external provider answers this to registering too, for a known address as well.',
    remedy: 'Follow the link in the mail, then log in; `resendVerification` mails a new one.',
  },
  'content-too-large': {
    title: 'The content is too large',
    status: 413,
    close_code: null,
    retryable: false,
    description: 'The body of the request is larger than the configured limit (64 KiB unless configured otherwise).',
    remedy: 'Send less.',
  },
  'unsupported-media-type': {
    title: 'The media type is not supported',
    status: 415,
    close_code: null,
    retryable: false,
    description: 'The body is not `application/json`.',
    remedy: 'Send JSON with `Content-Type application/json`.',
  },
  'upgrade-required': {
    title: 'This address speaks WebSocket',
    status: 426,
    close_code: null,
    retryable: false,
    description: 'The agent socket was asked for without a WebSocket handshake, or without the subprotocol `experience.agent.v1`.',
    remedy: 'Open a WebSocket and offer the subprotocol.',
  },
  'too-many-requests': {
    title: 'Too many requests',
    status: 429,
    close_code: null,
    retryable: true,
    description: 'More requests, messages or sockets than the limits allow. `Retry-After` (HTTP) says how many seconds to wait.',
    remedy: 'Wait, then try again.',
  },
  'connection-timeout': {
    title: 'The connection was silent for too long',
    status: 408,
    close_code: 4408,
    retryable: true,
    description: 'The client did not answer a WebSocket ping within `heartbeat.timeout_seconds`, so it is taken for gone.',
    remedy: 'Connect again, and open the conversations from the last cursors.',
  },
  'slow-reader': {
    title: 'The client reads too slowly',
    status: 503,
    close_code: 4508,
    retryable: true,
    description: 'What waits to be sent has reached `limits.max_send_queue_bytes`, and the client has not taken enough of it in time.',
    remedy: 'Connect again, and open the conversations from the last cursors; `batch` makes reading cheaper.',
  },
  'agent-failed': {
    title: 'The agent could not finish',
    status: 502,
    close_code: null,
    retryable: true,
    description: 'The agent\'s model, or a tool that it called, failed.',
    remedy: 'Send the message again with a new message_id.',
  },
  'internal-error': {
    title: 'Something went wrong on our side',
    status: 500,
    close_code: 4500,
    retryable: true,
    description: 'The service met a condition that it did not foresee. The log has the cause under the `request_id`.',
    remedy: 'Try again later; report the `request_id` when it persists.',
  },
  'not-supported': {
    title: 'The configured identity provider does not offer this here',
    status: 501,
    close_code: null,
    retryable: false,
    description: 'The service is configured with an external identity provider (`auth.provider`), which does this itself, or does not do it at all. `detail` says which.',
    remedy: 'Log in, register or fetch keys at the provider; send its access tokens to this service.',
  },
  'provider-unavailable': {
    title: 'The identity provider does not answer',
    status: 503,
    close_code: null,
    retryable: true,
    description: 'An external identity provider does not answer, or not as its own documents say it should. Nothing is believed that could not be checked.',
    remedy: 'Wait, then try again.',
  },
  'overloaded': {
    title: 'The service is overloaded',
    status: 503,
    close_code: null,
    retryable: true,
    description: 'More work is queued than the service accepts, for example password hashing. `Retry-After` says when to come back.',
    remedy: 'Wait, then try again.',
  },
  'not-ready': {
    title: 'The service is not ready',
    status: 503,
    close_code: null,
    retryable: true,
    description: 'The service is starting, stopping, or cannot reach its database.',
    remedy: 'Send traffic elsewhere until readyz answers 200.',
  },
  'user-not-found': {
    title: 'There is no such user',
    status: 404,
    close_code: null,
    retryable: false,
    description: 'The user does not exist, or belongs to another tenant than the admin.',
    remedy: 'List the users.',
  },
  'last-admin': {
    title: 'The tenant would be left without an admin',
    status: 409,
    close_code: null,
    retryable: false,
    description: 'The user is the last of its tenant that may manage users; without it nobody could.',
    remedy: 'Make somebody else an admin first.',
  },
}
