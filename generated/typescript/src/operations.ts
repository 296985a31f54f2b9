// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

/** The operations that take no access token, as `METHOD path`. */
export const UNAUTHENTICATED_OPERATIONS: ReadonlySet<string> = new Set([
  'POST /api/auth/register',
  'POST /api/auth/anonymous',
  'POST /api/auth/login',
  'POST /api/auth/refresh',
  'GET /api/auth/oidc/providers',
  'POST /api/auth/oidc/{provider_id}/start',
  'GET /api/auth/oidc/{provider_id}/callback',
  'POST /api/auth/oidc/token',
  'POST /api/auth/login/second-factor',
  'POST /api/auth/login/second-factor/passkey-options',
  'POST /api/auth/login/second-factor/passkey',
  'POST /api/auth/login/passkey-options',
  'POST /api/auth/login/passkey',
  'POST /api/auth/email/verify',
  'POST /api/auth/email/resend',
  'POST /api/auth/password/forgot',
  'POST /api/auth/password/reset',
  'GET /.well-known/jwks.json',
  'GET /healthz',
  'GET /readyz',
])
