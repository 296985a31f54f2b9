// Generated from contracts/. DO NOT EDIT: change the contract or codegen/typescript/, then run `make generate`.

export type $Read<T> = {
    readonly $read: T;
};
export type $Write<T> = {
    readonly $write: T;
};
export type Readable<T> = T extends $Write<any> ? never : T extends $Read<infer U> ? Readable<U> : T extends (infer E)[] ? Readable<E>[] : T extends object ? {
    [K in keyof T as NonNullable<T[K]> extends $Write<any> ? never : K]: Readable<T[K]>;
} : T;
export type Writable<T> = T extends $Read<any> ? never : T extends $Write<infer U> ? Writable<U> : T extends (infer E)[] ? Writable<E>[] : T extends object ? {
    [K in keyof T as NonNullable<T[K]> extends $Read<any> ? never : K]: Writable<T[K]>;
} & {
    [K in keyof T as NonNullable<T[K]> extends $Read<any> ? K : never]?: never;
} : T;
export interface paths {
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register a user
         * @description Creates a user and logs it in (201). The e-mail address must not have an account yet; the comparison ignores case.
         *
         *     A service that requires verified addresses answers 202 instead, the same whether the address has an account or not, and a mail to the address
         *     says how to go on.
         */
        post: operations["registerUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/anonymous": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin as a guest
         * @description Starts a session for somebody without an account, who may talk to the guide. Send the guest's access token as `upgrade` when registering or logging in: its
         *     conversations then belong to the account, and the guest is no more. A guest who is not here for some time is forgotten.
         */
        post: operations["startAnonymousSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in
         * @description Starts a session. The answer, and the time it takes, is the same for an unknown address and for a wrong password.
         *
         *     An account with a second factor is answered 202 with a challenge: no token is given before completeSecondFactor has the factor, too.
         */
        post: operations["logIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange a refresh token for a new pair of tokens
         * @description Each refresh token works once. Presented again within a few seconds, as two tabs may, it answers the same new refresh token; after that it ends its session, because one of the two users of it is a thief (RFC 9700, section 4.14).
         *
         *     A page sends `{}`, and its browser the cookie. What came in the cookie is answered in the cookie, whatever `token_delivery` says, so that no script ever gets to see it; and it is taken only from pages of the service's own origin or of one that is allowed (403 otherwise), so that no other site can use it. A refresh token in the body goes before the cookie.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the session that the access token belongs to. Its access and refresh tokens are refused from the next request on.
         */
        post: operations["logOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the user who is logged in
         * @description Answers the user to whom the access token was issued.
         */
        get: operations["getCurrentUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's sessions
         * @description Answers where the user is logged in, the session used last first; the 100 latest of them.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session
         * @description Ends one session of the user, this one or another. Its tokens are refused from the next request on, and its sockets are closed with 4401 within a second.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout-elsewhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End all other sessions
         * @description Ends every session of the user but the one that asks.
         */
        post: operations["endOtherSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout-everywhere": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out everywhere
         * @description Ends every session of the user, this one too.
         */
        post: operations["logOutEverywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/access-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's personal access tokens
         * @description Answers the tokens that live, the newest first. The tokens themselves are not kept; `hint` is how each begins.
         */
        get: operations["listAccessTokens"];
        put?: never;
        /**
         * Create a personal access token
         * @description Makes a token for a script, and answers it this once. It is sent like an access token, in `Authorization: Bearer …`, until it expires or is revoked;
         *     it cannot be refreshed.
         *
         *     Scopes are permissions, and the user must have each of them now. What the token may do is what its scopes and the user's permissions at that moment
         *     have in common. `account.manage`, `access_tokens.manage` and `session.end` are refused: a token manages no credentials and no logins.
         *
         *     Tokens match `epp_[0-9A-Za-z]{38}`; the last six characters are a check sum, so that a scanner knows a token from a look-alike.
         */
        post: operations["createAccessToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/access-tokens/{access_token_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a personal access token
         * @description The token is refused from the next request on, and the sockets that it opened are closed with 4401 within a second.
         */
        delete: operations["revokeAccessToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the providers to sign in with
         * @description Answers the OpenID Connect providers that this service is configured with; none is no error.
         */
        get: operations["listOidcProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/{provider_id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start to sign in with a provider
         * @description Answers the address at which the provider asks the user; send the browser there. The page keeps a random verifier and sends its S256 challenge
         *     (RFC 7636); the code with which the browser comes back is worth nothing without the verifier.
         */
        post: operations["startOidcSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/{provider_id}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start to link the account with a provider
         * @description As startOidcSignIn, for a user who is logged in and wants to sign in with the provider from now on. Only the same user can finish it.
         */
        post: operations["startOidcLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/{provider_id}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Come back from the provider
         * @description Where the provider sends the browser; pages do not call it. Sends the browser back to the page, with `?code=` for exchangeOidcCode or linkOidcIdentity, or with
         *     `?problem=` and the type of a problem. Tokens are never in a URL. Each `state` is accepted once.
         */
        get: operations["completeOidcSignIn"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the code of the callback for tokens
         * @description Logs in who came back from the provider. Whoever is new gets an account with a tenant, if the provider has verified the e-mail address. If the address has an account
         *     that is not linked with the provider, nobody is logged in: the user logs in as before and links it. The code works once, for a minute, with the page's verifier.
         *     As with logIn, an account with a second factor is answered 202.
         */
        post: operations["exchangeOidcCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/oidc/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link the account with the identity that came back
         * @description Finishes startOidcLink. The provider must have verified the e-mail address of the account. Linking twice is no error.
         */
        post: operations["linkOidcIdentity"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give the second factor
         * @description Ends a login that was answered with a challenge. A challenge takes a few codes (five, as a setting), for a few minutes, and one that is right; after that,
         *     or when the password or a factor of the account has changed meanwhile, log in again. A code of an authenticator app works once, and so does a recovery code.
         */
        post: operations["completeSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the second factors
         * @description Answers what the account asks for beside the password, and how many recovery codes are left.
         */
        get: operations["getSecondFactors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/factors/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to use an authenticator app
         * @description Makes a secret for an authenticator app (TOTP, RFC 6238: SHA-1, six digits, 30 seconds), shown once here, also as the URI of the QR code that such apps read. It
         *     counts once confirmTotp has a code made with it; asked for again, it takes the place of the last one.
         *
         *     It needs the current password, or a login in the last few minutes (five, as a setting), which is how those do it who sign in with a provider and have no password.
         */
        post: operations["enrolTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/factors/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use an authenticator app from now on
         * @description Takes a code that the app has made, and answers ten recovery codes, which are shown this once; each of them works once in place of a code. From now on each login needs
         *     the second factor. Every other session of the user ends, and so does every login that waits for its second factor.
         */
        post: operations["confirmTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/factors/totp/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Use the authenticator app no more
         * @description Needs a code, of the app or a recovery code, and the current password or a login in the last few minutes. The recovery codes go with the last factor of the account. Every
         *     other session of the user ends.
         */
        post: operations["disableTotp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/factors/recovery-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make new recovery codes
         * @description Answers ten new recovery codes, which are shown this once; the old ones stop working. Needs the same proof as disableTotp.
         */
        post: operations["regenerateRecoveryCodes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/second-factor/passkey-options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a passkey as the second factor
         * @description Makes what `navigator.credentials.get` is called with, where a login waits for its second factor: any passkey of the account will do. It can be answered once, for a few
         *     minutes, in this login only.
         */
        post: operations["createSecondFactorPasskeyOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/second-factor/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a passkey as the second factor
         * @description Ends a login that was answered with a challenge, as completeSecondFactor does with a code. It counts among the tries of the challenge.
         */
        post: operations["completeSecondFactorWithPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/passkey-options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a passkey to log in with
         * @description Makes what `navigator.credentials.get` is called with to log in without a name or a password: the passkey says whose it is. The answer is the same for everybody. It can be
         *     answered once, for a few minutes.
         */
        post: operations["createPasskeyAuthenticationOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login/passkey": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in with a passkey
         * @description Starts a session by a passkey alone. The authenticator must have verified its user (by a PIN, a finger, a face), so that the passkey is two factors in one and no other is asked
         *     for. The answer is the same for a passkey that nobody has, one that was deleted, and one of an account that may not log in.
         */
        post: operations["logInWithPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passkey-registration-options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin to add a passkey
         * @description Makes what `navigator.credentials.create` is called with. It can be answered once, for a few minutes, by registerPasskey in the same session.
         *
         *     It needs the current password, or a login in the last few minutes (five, as a setting).
         */
        post: operations["createPasskeyRegistrationOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's passkeys
         * @description Answers the passkeys of the account, the oldest first.
         */
        get: operations["listPasskeys"];
        put?: never;
        /**
         * Add a passkey
         * @description Registers what the browser made. From now on the passkey logs in alone, where it verifies its user, and is asked for beside the password. If it is the first factor beside the
         *     password, the answer holds ten recovery codes, which are shown this once. Every other session of the user ends.
         */
        post: operations["registerPasskey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/passkeys/{passkey_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a passkey
         * @description The passkey is accepted no more. It needs a login in the last few minutes (five, as a setting), which had to give a second factor, too. The recovery codes go with the last
         *     factor of the account. Every other session of the user ends.
         */
        delete: operations["deletePasskey"];
        options?: never;
        head?: never;
        /**
         * Rename a passkey
         * @description Names a passkey anew, so that the user can tell one from another.
         */
        patch: operations["renamePasskey"];
        trace?: never;
    };
    "/api/auth/email/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Verify an e-mail address
         * @description Uses up the code that was mailed to an address, at registration or when the address of an account is changed, and so proves that the address is its owner's.
         */
        post: operations["verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/email/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mail the verification code again
         * @description Mails a new code, which ends the one before, if the address has an account that is not verified. The answer, and the time it takes, is the same if not.
         */
        post: operations["resendVerification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/email/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the e-mail address
         * @description Mails a code to the new address, and a notice to the old one. The old address stays until the code is given to verifyEmail. The answer is the same when the new address has an account.
         */
        post: operations["changeEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password/forgot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for a new password
         * @description Mails a code to the address, which ends the one before, if it has an account. The answer, and the time it takes, is the same if not.
         */
        post: operations["forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password/reset": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set a new password with a mailed code
         * @description Uses up the code, sets the password and ends every session of the user. Nobody is logged in by it. A refused password leaves the code as it was.
         */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/password/change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the password
         * @description Sets a new password, given the current one, and ends every other session of the user.
         */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/account/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete the account
         * @description Deletes the user who is logged in, given the password, with all sessions and conversations. This cannot be undone. Who is the only admin of a tenant that has other members makes another one before.
         */
        post: operations["deleteAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runtime/agent/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Buy a ticket for the agent socket
         * @description Answers a ticket for one handshake at `/api/runtime/agent?ticket=…`. It works once, for 30 seconds, and only while the session lives.
         */
        post: operations["createAgentTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/runtime/ag-ui": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Talk with the agents by AG-UI
         * @description Takes the last message of an AG-UI 1.0 `RunAgentInput`, which must be the user's, and answers its run as AG-UI events, so that any AG-UI client works
         *     with these agents. It is the same run, in the same log, that the agent socket would show.
         *
         *     **Threads.** A `threadId` that is the id of one of the user's conversations is that conversation; every other names a conversation of its own for
         *     each user, begun with its first message. Earlier messages of the request are not read: the log has them.
         *
         *     **Again.** The same `threadId` with the same `id` of the last message starts nothing: the run is answered again from its beginning. A client that
         *     disconnects ends no run.
         *
         *     **Events.** `RUN_STARTED`; `TEXT_MESSAGE_*` with the agent as `name`; a step is a tool call (`TOOL_CALL_START`, `_ARGS` with its title, `_END`,
         *     `_RESULT` with its summary) that the service has made itself; other events, such as `agent.handoff`, are `CUSTOM` with their type as `name` and their
         *     JSON as `value`; then `RUN_FINISHED` (with the outcome `cancelled` for a cancelled run) or `RUN_ERROR`. `forwardedProps` may have `surface` and
         *     `project_id`, as the context of `agent.message` has them; the rest of it, tools, state and context are not used.
         *
         *     The stream ends early for the reasons of `followConversation`, and counts as one.
         */
        post: operations["runAgUi"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the agents
         * @description Answers the guide and the liaison of each realm, with what they can do and the permission that talking with them needs.
         */
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the user's conversations
         * @description Answers the conversations of the user, the one with the latest activity first, in pages.
         */
        get: operations["listConversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a conversation
         * @description Answers one conversation of the user. A conversation of someone else is answered like one that does not exist.
         */
        get: operations["getConversation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the messages of a conversation
         * @description Answers what the user and the agents said, the oldest first, in pages. Each message has the cursor of the event that completed it.
         */
        get: operations["listMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/conversations/{conversation_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow a conversation
         * @description Answers the events of the conversation's log after a position, each once and in order, then those to come: for who cannot use a WebSocket. It is
         *     an event stream as browsers read it (HTML Living Standard, section 9.2, `EventSource`). `id` is the event's cursor, `event` its type, and `data` its
         *     JSON, the same that the agent socket sends (asyncapi.yaml, Events). A comment comes when nothing else does, so that a dead connection is noticed.
         *
         *     A reader that comes back sends the last `id` that it has seen in `Last-Event-ID`, which event-stream libraries do by themselves, and misses nothing. The stream
         *     ends when the access token expires, when its session ends, when the service stops, and when a reader has taken nothing for too long. A user may
         *     have only so many streams at once; one more is answered with 429.
         */
        get: operations["followConversation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List and find users
         * @description Answers the users of the admin's tenant by e-mail address, in pages; with the permission platform.manage, of all tenants.
         */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show a user
         * @description A user of another tenant is answered like one that does not exist, unless one has the permission platform.manage.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user_id}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Disable a user
         * @description Ends the user's sessions and refuses every login, which is answered like a wrong password. Disabling twice changes nothing. The last admin of a tenant, and who may do more than the caller, cannot be disabled.
         */
        post: operations["disableUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user_id}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enable a user
         * @description Lets a disabled user log in again. Enabling twice changes nothing.
         */
        post: operations["enableUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user_id}/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the roles of a user
         * @description Replaces the roles; they count from the user's next request on. Nobody gives a role that allows more than it may do itself, or changes who may do more. A tenant that has an admin keeps one.
         */
        put: operations["setUserRoles"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user_id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End the sessions of a user
         * @description Logs the user out everywhere; access and refresh tokens are refused from the next request on.
         */
        delete: operations["endUserSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/users/{user_id}/factors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Take the second factors of a user away
         * @description For who has lost them and the recovery codes. Authenticator app, passkeys and recovery codes are gone, every session ends, and the user is told by mail. From then on the password, or the sign-in with a provider, is all that a login takes: be sure who asks. Nobody does this to itself, as disableTotp and deletePasskey ask for more.
         */
        delete: operations["resetUserFactors"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the roles
         * @description Answers each role with what it allows.
         */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/admin/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit log
         * @description Answers the security events of the admin's tenant, the latest first, in pages; with the permission platform.manage, of all tenants and of nobody known.
         */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the public keys that access tokens are signed with
         * @description The JSON Web Key Set (RFC 7517) with which other services verify access tokens.
         */
        get: operations["getJsonWebKeySet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say that the process is alive
         * @description Answers as long as the process can answer at all; looks at nothing else.
         */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Say whether the service can take traffic
         * @description Answers 200 when the database answers and the service is not stopping.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Email
         * @description An e-mail address. Internationalised domains are accepted and kept in their ASCII form.
         */
        Email: string;
        /**
         * UserName
         * @description What the user is called. Holds no control characters and is not blank.
         */
        UserName: string;
        /**
         * NewPassword
         * @description From 8 to 128 code points, counted after NFKC normalisation; any characters (NIST SP 800-63B-4, section 3.1.1.2). Refused are common passwords, and those made of the service's name or the user's own name or address.
         */
        NewPassword: string;
        /**
         * RegisterRequest
         * @description A new user.
         */
        RegisterRequest: {
            name: components["schemas"]["UserName"];
            email: components["schemas"]["Email"];
            password: components["schemas"]["NewPassword"];
            upgrade?: components["schemas"]["GuestUpgrade"];
            token_delivery?: components["schemas"]["TokenDelivery"];
        };
        /**
         * LoginRequest
         * @description The credentials of a user.
         */
        LoginRequest: {
            email: components["schemas"]["Email"];
            /** @description The password. */
            password: string;
            upgrade?: components["schemas"]["GuestUpgrade"];
            token_delivery?: components["schemas"]["TokenDelivery"];
        };
        /**
         * CurrentPassword
         * @description The password that the user has now.
         */
        CurrentPassword: string;
        /**
         * MailedCode
         * @description A code that came by mail, in the link. It works once, and only until a newer one is mailed.
         */
        MailedCode: string;
        /**
         * MailOnItsWay
         * @description What happens next, happens in a mailbox.
         */
        MailOnItsWay: {
            /**
             * @description Always the same, whatever the service knows of the address.
             * @constant
             */
            status: "check_your_mail";
        };
        /**
         * VerifyEmailRequest
         * @description The code that was mailed.
         */
        VerifyEmailRequest: {
            code: components["schemas"]["MailedCode"];
        };
        /**
         * EmailRequest
         * @description An e-mail address to write to.
         */
        EmailRequest: {
            email: components["schemas"]["Email"];
        };
        /**
         * ChangeEmailRequest
         * @description The new address, and the password as proof.
         */
        ChangeEmailRequest: {
            email: components["schemas"]["Email"];
            current_password: components["schemas"]["CurrentPassword"];
        };
        /**
         * ResetPasswordRequest
         * @description The code that was mailed, and the new password.
         */
        ResetPasswordRequest: {
            code: components["schemas"]["MailedCode"];
            new_password: components["schemas"]["NewPassword"];
        };
        /**
         * ChangePasswordRequest
         * @description The current password, and the new one.
         */
        ChangePasswordRequest: {
            current_password: components["schemas"]["CurrentPassword"];
            new_password: components["schemas"]["NewPassword"];
        };
        /**
         * DeleteAccountRequest
         * @description The password as proof.
         */
        DeleteAccountRequest: {
            current_password: components["schemas"]["CurrentPassword"];
        };
        /**
         * SecondFactorMethod
         * @description What can be given beside the first factor. `totp` is a code of an authenticator app, `recovery_code` one of the codes kept for its loss.
         * @enum {string}
         */
        SecondFactorMethod: "totp" | "recovery_code" | "passkey";
        /**
         * LoginChallenge
         * @description Stands for a login whose first factor was right. Opaque, and worth nothing without the second factor.
         */
        LoginChallenge: string;
        /**
         * SecondFactorRequired
         * @description The first factor is right, and the account has a second one.
         */
        SecondFactorRequired: {
            challenge: components["schemas"]["LoginChallenge"];
            /** @description What the account can give, any one of them. */
            methods: components["schemas"]["SecondFactorMethod"][];
            /**
             * Format: date-time
             * @description Until when the challenge can be answered.
             */
            expires_at: string;
        };
        /**
         * FactorCode
         * @description Six digits of an authenticator app, or a recovery code. Spaces and hyphens do not count, nor does the case of letters.
         */
        FactorCode: string;
        /**
         * SecondFactorRequest
         * @description A challenge, and a code that answers it.
         */
        SecondFactorRequest: {
            token_delivery?: components["schemas"]["TokenDelivery"];
            challenge: components["schemas"]["LoginChallenge"];
            /**
             * @description What the code is.
             * @enum {string}
             */
            method: "totp" | "recovery_code";
            code: components["schemas"]["FactorCode"];
            upgrade?: components["schemas"]["GuestUpgrade"];
        };
        /**
         * SecondFactors
         * @description What the account asks for beside the password.
         */
        SecondFactors: {
            /** @description Whether an authenticator app is used. */
            totp: boolean;
            /** @description Whether the account has a passkey. */
            passkeys: boolean;
            /** @description How many recovery codes were not used yet. */
            recovery_codes_left: number;
        };
        /**
         * EnrolTotpRequest
         * @description The password as proof; may be left out soon after a login.
         */
        EnrolTotpRequest: {
            current_password?: components["schemas"]["CurrentPassword"];
        };
        /**
         * TotpEnrolment
         * @description A secret for an authenticator app.
         */
        TotpEnrolment: {
            /** @description The secret in Base32 (RFC 4648), to be typed where no QR code can be read. */
            secret: string;
            /** @description What the QR code says. */
            otpauth_uri: string;
            /**
             * Format: date-time
             * @description Until when it can be confirmed.
             */
            expires_at: string;
        };
        /**
         * ConfirmTotpRequest
         * @description A code that the app has made.
         */
        ConfirmTotpRequest: {
            code: components["schemas"]["FactorCode"];
        };
        /**
         * FactorProof
         * @description A code of the app or a recovery code, and the password, which may be left out soon after a login.
         */
        FactorProof: {
            code: components["schemas"]["FactorCode"];
            current_password?: components["schemas"]["CurrentPassword"];
        };
        /**
         * RecoveryCodes
         * @description Codes to keep where the authenticator app is not. Each works once.
         */
        RecoveryCodes: {
            /** @description The codes, grouped for reading; 120 random bits each. */
            recovery_codes: string[];
        };
        /**
         * PasskeyId
         * Format: uuid
         * @description A passkey of a user, as a UUID made by the service.
         */
        PasskeyId: string;
        /**
         * PasskeyName
         * @description What the user calls a passkey. Holds no control characters and is not blank.
         */
        PasskeyName: string;
        /**
         * CredentialId
         * @description What the authenticator calls a credential, in base64url.
         */
        CredentialId: string;
        /**
         * CredentialType
         * @description The one type that Web Authentication has.
         * @constant
         */
        CredentialType: "public-key";
        /**
         * PasskeyChallenge
         * @description What the authenticator is to sign; 256 random bits in base64url. It works once.
         */
        PasskeyChallenge: string;
        /**
         * CredentialDescriptor
         * @description A credential that exists (PublicKeyCredentialDescriptorJSON).
         */
        CredentialDescriptor: {
            id: components["schemas"]["CredentialId"];
            type: components["schemas"]["CredentialType"];
            /** @description How the authenticator may be reached. */
            transports?: string[];
        };
        /**
         * PasskeyRelyingParty
         * @description This service.
         */
        PasskeyRelyingParty: {
            /** @description The domain that the passkey belongs to. */
            id: string;
            /** @description What authenticators call the service. */
            name: string;
        };
        /**
         * PasskeyUser
         * @description The user.
         */
        PasskeyUser: {
            /** @description The user handle, in base64url. */
            id: string;
            /** @description The e-mail address. */
            name: string;
            /** @description The name. */
            displayName: string;
        };
        /**
         * AuthenticatorSelection
         * @description What the authenticator should be able to do.
         */
        AuthenticatorSelection: {
            /**
             * @description Whether it keeps the passkey, so that nobody must say who he is.
             * @constant
             */
            residentKey: "preferred";
            /** @description The same for older browsers. */
            requireResidentKey: boolean;
            /**
             * @description Whether it makes sure who uses it.
             * @constant
             */
            userVerification: "preferred";
        };
        /**
         * AttestationResponse
         * @description What the authenticator made.
         */
        AttestationResponse: {
            /** @description What was asked for, by whom, in base64url. */
            clientDataJSON: string;
            /** @description The new key, in base64url. */
            attestationObject: string;
            /** @description How the authenticator may be reached. */
            transports?: string[];
        } & {
            [key: string]: unknown;
        };
        /**
         * AssertionResponse
         * @description What the authenticator signed.
         */
        AssertionResponse: {
            /** @description What was asked for, by whom, in base64url. */
            clientDataJSON: string;
            /** @description What the authenticator says of itself, in base64url. */
            authenticatorData: string;
            /** @description The signature over both, in base64url. */
            signature: string;
            /** @description Whose passkey it is, in base64url. */
            userHandle?: string | null;
        } & {
            [key: string]: unknown;
        };
        /**
         * CredentialParameters
         * @description An algorithm that is understood (PublicKeyCredentialParameters).
         */
        CredentialParameters: {
            type: components["schemas"]["CredentialType"];
            /** @description The algorithm (IANA COSE registry). */
            alg: number;
        };
        /**
         * PasskeyCreationOptions
         * @description For `PublicKeyCredential.parseCreationOptionsFromJSON` (PublicKeyCredentialCreationOptionsJSON of Web Authentication).
         */
        PasskeyCreationOptions: {
            rp: components["schemas"]["PasskeyRelyingParty"];
            user: components["schemas"]["PasskeyUser"];
            challenge: components["schemas"]["PasskeyChallenge"];
            /** @description The algorithms that are understood, by COSE number. */
            pubKeyCredParams: components["schemas"]["CredentialParameters"][];
            timeout: components["schemas"]["PasskeyTimeout"];
            /** @description The account's passkeys, whose authenticators need no second one. */
            excludeCredentials: components["schemas"]["CredentialDescriptor"][];
            authenticatorSelection: components["schemas"]["AuthenticatorSelection"];
            /**
             * @description No attestation is asked for.
             * @constant
             */
            attestation: "none";
        };
        /**
         * PasskeyTimeout
         * @description For how many milliseconds the challenge can be answered.
         */
        PasskeyTimeout: number;
        /**
         * PasskeyRequestOptions
         * @description For `PublicKeyCredential.parseRequestOptionsFromJSON` (PublicKeyCredentialRequestOptionsJSON of Web Authentication).
         */
        PasskeyRequestOptions: {
            challenge: components["schemas"]["PasskeyChallenge"];
            timeout: components["schemas"]["PasskeyTimeout"];
            /** @description The domain that the passkey belongs to. */
            rpId: string;
            /** @description The passkeys that will do; empty where the passkey says who signs in. */
            allowCredentials: components["schemas"]["CredentialDescriptor"][];
            /**
             * @description Whether the authenticator must make sure who uses it.
             * @enum {string}
             */
            userVerification: "required" | "preferred";
        };
        /**
         * RegistrationCredential
         * @description What `navigator.credentials.create` answers, as its `toJSON()` (RegistrationResponseJSON of Web Authentication). Browsers add fields, which are ignored.
         */
        RegistrationCredential: {
            id: components["schemas"]["CredentialId"];
            rawId: components["schemas"]["CredentialId"];
            type: components["schemas"]["CredentialType"];
            response: components["schemas"]["AttestationResponse"];
        } & {
            [key: string]: unknown;
        };
        /**
         * AuthenticationCredential
         * @description What `navigator.credentials.get` answers, as its `toJSON()` (AuthenticationResponseJSON of Web Authentication). Browsers add fields, which are ignored.
         */
        AuthenticationCredential: {
            id: components["schemas"]["CredentialId"];
            rawId: components["schemas"]["CredentialId"];
            type: components["schemas"]["CredentialType"];
            response: components["schemas"]["AssertionResponse"];
        } & {
            [key: string]: unknown;
        };
        /**
         * PasskeyLoginRequest
         * @description A passkey's answer.
         */
        PasskeyLoginRequest: {
            token_delivery?: components["schemas"]["TokenDelivery"];
            credential: components["schemas"]["AuthenticationCredential"];
            upgrade?: components["schemas"]["GuestUpgrade"];
        };
        /**
         * SecondFactorPasskeyOptionsRequest
         * @description The login that waits.
         */
        SecondFactorPasskeyOptionsRequest: {
            challenge: components["schemas"]["LoginChallenge"];
        };
        /**
         * SecondFactorPasskeyRequest
         * @description The login that waits, and a passkey's answer.
         */
        SecondFactorPasskeyRequest: {
            token_delivery?: components["schemas"]["TokenDelivery"];
            challenge: components["schemas"]["LoginChallenge"];
            credential: components["schemas"]["AuthenticationCredential"];
            upgrade?: components["schemas"]["GuestUpgrade"];
        };
        /**
         * PasskeyRegistrationOptionsRequest
         * @description The password as proof that its owner adds the passkey; may be left out soon after a login.
         */
        PasskeyRegistrationOptionsRequest: {
            current_password?: components["schemas"]["CurrentPassword"];
        };
        /**
         * RegisterPasskeyRequest
         * @description What the browser made, and what the user calls it.
         */
        RegisterPasskeyRequest: {
            name: components["schemas"]["PasskeyName"];
            credential: components["schemas"]["RegistrationCredential"];
        };
        /**
         * RenamePasskeyRequest
         * @description The new name.
         */
        RenamePasskeyRequest: {
            name: components["schemas"]["PasskeyName"];
        };
        /**
         * Passkey
         * @description A passkey of the account.
         */
        Passkey: {
            passkey_id: components["schemas"]["PasskeyId"];
            name: components["schemas"]["PasskeyName"];
            /** @description Whether it is kept in more than one place, such as a password manager that synchronises. */
            backed_up: boolean;
            created_at: components["schemas"]["Timestamp"];
            /** @description When it last logged in; null when it never did. */
            last_used_at: components["schemas"]["Timestamp"] | null;
        };
        /**
         * PasskeyList
         * @description The passkeys of an account.
         */
        PasskeyList: {
            /** @description The oldest first. */
            passkeys: components["schemas"]["Passkey"][];
        };
        /**
         * RegisteredPasskey
         * @description A passkey that counts from now on.
         */
        RegisteredPasskey: {
            passkey: components["schemas"]["Passkey"];
            /** @description Codes to keep for the loss of the passkey, each of which works once; none where the account had a second factor already. */
            recovery_codes: string[];
        };
        /**
         * RefreshToken
         * @description An opaque token that buys the next pair of tokens, once.
         */
        RefreshToken: string;
        /**
         * GuestUpgrade
         * @description The access token of a guest: once somebody is logged in, the guest's conversations are the account's, and the guest is no more. Send it with whatever ends a login; an answer that logs nobody in yet carries nothing over, so send it again with the next step. A token that is forged, expired (refresh the guest's session first) or not a guest's is refused with 422 before anything else happens. One whose guest is no more, as when a login is repeated after its answer was lost, is accepted and carries nothing over.
         */
        GuestUpgrade: string;
        /**
         * AnonymousSessionRequest
         * @description How a guest begins.
         */
        AnonymousSessionRequest: {
            token_delivery?: components["schemas"]["TokenDelivery"];
        };
        /**
         * TokenDelivery
         * @description Where the refresh token is delivered. `body`, the default, is for clients that can keep a secret. `cookie` is for pages: the refresh token is in the cookie `__Host-experience-plane-refresh` only, which no script can read. It is set for no page whose `Origin` is neither the service's own nor allowed (403), so that no other site can log a browser in to an account of its choice.
         * @enum {string}
         */
        TokenDelivery: "body" | "cookie";
        /**
         * RefreshRequest
         * @description A refresh token to exchange; without one, that of the cookie.
         */
        RefreshRequest: {
            refresh_token?: components["schemas"]["RefreshToken"];
            token_delivery?: components["schemas"]["TokenDelivery"];
        };
        /**
         * User
         * @description A user as others of the service see it.
         */
        User: {
            user_id: components["schemas"]["UserId"];
            tenant_id: components["schemas"]["TenantId"];
            /** @description Whether this is a guest, who has no account and no e-mail address. */
            anonymous?: boolean;
            email?: components["schemas"]["Email"];
            /** @description Whether the user has proved that the address is theirs. */
            email_verified?: boolean;
            name: components["schemas"]["UserName"];
            /** @description The roles of the user in the tenant. */
            roles: components["schemas"]["RoleName"][];
            /** @description What the roles allow, `noun.verb`. */
            permissions: components["schemas"]["Permission"][];
        };
        /**
         * Permission
         * @description What one may do, `noun.verb`.
         */
        Permission: string;
        /**
         * RoleName
         * @description A role, which gives permissions.
         */
        RoleName: string;
        /**
         * AuthenticationResult
         * @description The tokens of a session, and its user.
         */
        AuthenticationResult: {
            /** @description A JWT (RFC 9068); send it as `Authorization Bearer`. */
            access_token: string;
            /** @description Buys the next pair of tokens, once. Absent when it was delivered in the cookie. */
            refresh_token?: components["schemas"]["RefreshToken"];
            /**
             * @description How the access token is used (RFC 6750).
             * @constant
             */
            token_type: "Bearer";
            /** @description For how many seconds the access token is valid. */
            expires_in: number;
            user: components["schemas"]["User"];
        };
        /**
         * SessionId
         * Format: uuid
         * @description A session of a user, as a UUID made by the service.
         */
        SessionId: string;
        /**
         * SessionDescription
         * @description A session, as its user sees it.
         */
        SessionDescription: {
            session_id: components["schemas"]["SessionId"];
            /** @description Whether this is the session that asks. */
            current: boolean;
            /** @description What the client that logged in said of itself; null when it said nothing. */
            user_agent: string | null;
            /** @description The address from which it logged in; null when the service does not know it. */
            ip_address: string | null;
            started_at: components["schemas"]["Timestamp"];
            last_used_at: components["schemas"]["Timestamp"];
            /** @description When it ends, however much it is used; null when it does not. */
            expires_at: components["schemas"]["Timestamp"] | null;
        };
        /**
         * SessionList
         * @description The sessions of a user.
         */
        SessionList: {
            /** @description The session used last first. */
            sessions: components["schemas"]["SessionDescription"][];
        };
        /**
         * AccessTokenId
         * Format: uuid
         * @description A personal access token, as a UUID made by the service. It is no secret.
         */
        AccessTokenId: string;
        /**
         * AccessTokenName
         * @description What the user calls the token. Holds no control characters and is not blank.
         */
        AccessTokenName: string;
        /**
         * CreateAccessTokenRequest
         * @description A personal access token to be made.
         */
        CreateAccessTokenRequest: {
            name: components["schemas"]["AccessTokenName"];
            /** @description What the token may do; permissions that the user has, without those over credentials. */
            scopes: components["schemas"]["Permission"][];
            /** @description For how many seconds the token lives; the service may allow less than a year. 30 days, or as long as the service allows, when left out. */
            expires_in?: number;
        };
        /**
         * AccessTokenDescription
         * @description A personal access token, without the token.
         */
        AccessTokenDescription: {
            access_token_id: components["schemas"]["AccessTokenId"];
            name: components["schemas"]["AccessTokenName"];
            /** @description What the token may do, sorted. */
            scopes: components["schemas"]["Permission"][];
            /** @description How the token begins, to tell tokens apart. */
            hint: string;
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["Timestamp"];
            /** @description When it was used last, give or take a minute; null when it never was. */
            last_used_at: components["schemas"]["Timestamp"] | null;
        };
        /**
         * CreatedAccessToken
         * @description A new personal access token.
         */
        CreatedAccessToken: {
            /** @description The secret; keep it as one. */
            token: string;
            access_token_id: components["schemas"]["AccessTokenId"];
            name: components["schemas"]["AccessTokenName"];
            /** @description What the token may do, sorted. */
            scopes: components["schemas"]["Permission"][];
            /** @description How the token begins, to tell tokens apart. */
            hint: string;
            created_at: components["schemas"]["Timestamp"];
            expires_at: components["schemas"]["Timestamp"];
        };
        /**
         * AccessTokenList
         * @description The personal access tokens of a user.
         */
        AccessTokenList: {
            /** @description The newest first. */
            access_tokens: components["schemas"]["AccessTokenDescription"][];
        };
        /**
         * OidcProviderId
         * @description What the configuration calls a provider.
         */
        OidcProviderId: string;
        /**
         * OidcProvider
         * @description A provider to sign in with.
         */
        OidcProvider: {
            provider_id: components["schemas"]["OidcProviderId"];
            /** @description What the button says. */
            name: string;
        };
        /**
         * OidcProviderList
         * @description The configured providers.
         */
        OidcProviderList: {
            /** @description The providers, in the order of the configuration. */
            providers: components["schemas"]["OidcProvider"][];
        };
        /**
         * OidcStartRequest
         * @description Where the browser comes back to, and what proves that it is the same page.
         */
        OidcStartRequest: {
            /** @description The page to come back to, without query and fragment; of the service's own origin or one of the configured. */
            return_to: string;
            /** @description The S256 challenge of the page's verifier (RFC 7636, section 4.2). */
            code_challenge: string;
        };
        /**
         * OidcStarted
         * @description A sign-in on its way.
         */
        OidcStarted: {
            /** @description Send the browser here. */
            authorization_url: string;
            expires_at: components["schemas"]["Timestamp"];
        };
        /**
         * OidcExchangeRequest
         * @description What the browser came back with, and the page's verifier. Where nobody is logged in by it, `token_delivery` has no effect.
         */
        OidcExchangeRequest: {
            /** @description The `code` that the page was opened with. */
            code: string;
            /** @description The verifier whose challenge the sign-in was started with (RFC 7636, section 4.1). */
            code_verifier: string;
            token_delivery?: components["schemas"]["TokenDelivery"];
            upgrade?: components["schemas"]["GuestUpgrade"];
        };
        /**
         * LinkedOidcIdentity
         * @description An identity that the account is linked with.
         */
        LinkedOidcIdentity: {
            provider_id: components["schemas"]["OidcProviderId"];
            /** @description The issuer of the provider. */
            issuer: string;
        };
        /**
         * AgentTicket
         * @description A ticket for one handshake of the agent socket.
         */
        AgentTicket: {
            /** @description The ticket; give it as `?ticket=`. */
            ticket: string;
            expires_at: components["schemas"]["Timestamp"];
        };
        /**
         * Agent
         * @description An agent that can answer.
         */
        Agent: {
            agent_id: components["schemas"]["AgentId"];
            /**
             * @description The guide welcomes and hands over; a liaison speaks for one realm.
             * @enum {string}
             */
            role: "guide" | "liaison";
            /** @description The realm of a liaison; null for the guide. */
            realm: string | null;
            /** @description What a person calls the agent. */
            name: string;
            /** @description What the agent does, in a sentence. */
            description: string;
            /** @description What the agent can do in steps. */
            intents: components["schemas"]["Intent"][];
            permission?: components["schemas"]["Permission"];
        };
        /**
         * AgentList
         * @description All agents.
         */
        AgentList: {
            /** @description The agents, the guide first. */
            agents: components["schemas"]["Agent"][];
        };
        /**
         * ConversationListCursor
         * @description A position in the list of conversations; opaque to clients.
         */
        ConversationListCursor: string;
        /**
         * Conversation
         * @description A conversation of the user with the agents.
         */
        Conversation: {
            conversation_id: components["schemas"]["ConversationId"];
            /** @description The beginning of the first message; null before it. */
            title: string | null;
            created_at: components["schemas"]["Timestamp"];
            updated_at: components["schemas"]["Timestamp"];
            cursor: components["schemas"]["Cursor"];
            /** @description The agent that speaks with the user now; null before the first answer. */
            active_agent_id: components["schemas"]["AgentId"] | null;
            /** @description The run that is not ended yet; null when there is none. */
            active_run_id: components["schemas"]["RunId"] | null;
        };
        /**
         * ConversationList
         * @description A page of conversations.
         */
        ConversationList: {
            /** @description The one with the latest activity first. */
            conversations: components["schemas"]["Conversation"][];
            /** @description Where the next page begins; null on the last page. */
            next_cursor: components["schemas"]["ConversationListCursor"] | null;
        };
        /**
         * Message
         * @description What the user or an agent said.
         */
        Message: {
            message_id: components["schemas"]["MessageId"];
            run_id: components["schemas"]["RunId"];
            /**
             * @description Who said it.
             * @enum {string}
             */
            role: "user" | "agent";
            /** @description The agent that said it; null for the user. */
            agent_id: components["schemas"]["AgentId"] | null;
            /** @description What was said, in Markdown. */
            text: string;
            cursor: components["schemas"]["Cursor"];
            at: components["schemas"]["Timestamp"];
        };
        /**
         * MessageList
         * @description A page of messages.
         */
        MessageList: {
            /** @description The oldest first. */
            messages: components["schemas"]["Message"][];
            /** @description Where the next page begins; null on the last page. */
            next_cursor: components["schemas"]["Cursor"] | null;
        };
        /**
         * RunAgentInput
         * @description What an AG-UI 1.0 client sends to run an agent. It is open, as AG-UI is; only what is named here is read.
         */
        RunAgentInput: {
            /** @description The client's name of the conversation. */
            threadId: string;
            /** @description The client's name of the run, which `RUN_STARTED` and `RUN_FINISHED` repeat. */
            runId: string;
            /** @description The conversation so far; the last message is the user's. */
            messages: components["schemas"]["AgUiMessage"][];
            /** @description What the application passes on; `surface` and `project_id` are read, as the context of `agent.message` has them. */
            forwardedProps?: unknown;
        } & {
            [key: string]: unknown;
        };
        /**
         * AgUiMessage
         * @description A message of an AG-UI client.
         */
        AgUiMessage: {
            /** @description The client's name of the message. */
            id: string;
            /** @description Who wrote it. */
            role: string;
            /** @description A string, or for a message in parts an array; the last message has text only. */
            content?: unknown;
        } & {
            [key: string]: unknown;
        };
        /**
         * EventStream
         * @description An event stream (HTML Living Standard, section 9.2) in UTF-8; each event is a block of lines that ends with an empty line.
         */
        EventStream: string;
        /**
         * UserListCursor
         * @description A position in the list of users; opaque to clients.
         */
        UserListCursor: string;
        /**
         * AdminUser
         * @description A user as admins see it.
         */
        AdminUser: {
            user_id: components["schemas"]["UserId"];
            tenant_id: components["schemas"]["TenantId"];
            email: components["schemas"]["Email"];
            name: components["schemas"]["UserName"];
            /** @description The roles of the user in the tenant. */
            roles: components["schemas"]["RoleName"][];
            /** @description What the roles allow. */
            permissions: components["schemas"]["Permission"][];
            created_at: components["schemas"]["Timestamp"];
            /** @description Since when the user cannot log in; null where it can. */
            disabled_at: components["schemas"]["Timestamp"] | null;
        };
        /**
         * AdminUserList
         * @description A page of users.
         */
        AdminUserList: {
            /** @description By e-mail address. */
            users: components["schemas"]["AdminUser"][];
            /** @description Where the next page begins; null on the last page. */
            next_cursor: components["schemas"]["UserListCursor"] | null;
        };
        /**
         * RolesRequest
         * @description The roles that a user is to have.
         */
        RolesRequest: {
            /** @description The roles; none takes every permission away. */
            roles: components["schemas"]["RoleName"][];
        };
        /**
         * Role
         * @description A role.
         */
        Role: {
            name: components["schemas"]["RoleName"];
            /** @description What it allows. */
            permissions: components["schemas"]["Permission"][];
        };
        /**
         * RoleList
         * @description All roles.
         */
        RoleList: {
            /** @description The roles, from the least to the most. */
            roles: components["schemas"]["Role"][];
        };
        /**
         * AuditEventKind
         * @description What happened, `noun.verb_past`.
         */
        AuditEventKind: string;
        /**
         * AuditCursor
         * @description A position in the audit log.
         */
        AuditCursor: number;
        /**
         * AuditEvent
         * @description One fact of the audit log, which is never changed. What is not known is null.
         */
        AuditEvent: {
            event_id: components["schemas"]["AuditCursor"];
            at: components["schemas"]["Timestamp"];
            kind: components["schemas"]["AuditEventKind"];
            /**
             * Format: uuid
             * @description Whom it is about.
             */
            user_id: string | null;
            /**
             * Format: uuid
             * @description Who did it, where that is someone else.
             */
            actor_id: string | null;
            /**
             * Format: uuid
             * @description The session.
             */
            session_id: string | null;
            /**
             * Format: uuid
             * @description The tenant of whom it is about.
             */
            tenant_id: string | null;
            /** @description Where the request came from. */
            ip_address: string | null;
            /** @description What the client said that it is. */
            user_agent: string | null;
            /** @description The id under which the log has the request. */
            request_id: string | null;
            /** @description What else is known; never a secret. */
            detail: {
                [key: string]: string;
            };
        };
        /**
         * AuditEventList
         * @description A page of the audit log.
         */
        AuditEventList: {
            /** @description The latest first. */
            events: components["schemas"]["AuditEvent"][];
            /** @description Where the next page begins; null on the last page. */
            next_cursor: components["schemas"]["AuditCursor"] | null;
        };
        /**
         * JsonWebKey
         * @description A public key (RFC 7517, RFC 8037).
         */
        JsonWebKey: {
            /**
             * @description The type of the key.
             * @constant
             */
            kty: "OKP";
            /**
             * @description The curve.
             * @constant
             */
            crv: "Ed25519";
            /** @description The public key, base64url. */
            x: string;
            /** @description The id of the key; the header of an access token names it. */
            kid: string;
            /**
             * @description What the key is for.
             * @constant
             */
            use: "sig";
            /**
             * @description The algorithm of the signatures.
             * @constant
             */
            alg: "EdDSA";
        };
        /**
         * JsonWebKeySet
         * @description The public keys that access tokens may be signed with.
         */
        JsonWebKeySet: {
            /** @description The keys, the newest first. */
            keys: components["schemas"]["JsonWebKey"][];
        };
        /**
         * Health
         * @description A sign of life.
         */
        Health: {
            /**
             * @description Always ok.
             * @constant
             */
            status: "ok";
            /** @description The version of the service. */
            version: string;
        };
        /**
         * Readiness
         * @description Whether traffic may come.
         */
        Readiness: {
            /**
             * @description Always ready.
             * @constant
             */
            status: "ready";
        };
        /**
         * UserId
         * Format: uuid
         * @description A user, as a UUID (RFC 9562).
         */
        UserId: string;
        /**
         * TenantId
         * Format: uuid
         * @description The tenant that a user belongs to, as a UUID.
         */
        TenantId: string;
        /**
         * ProblemError
         * @description One fault in what was sent.
         */
        ProblemError: {
            /** @description JSON Pointer (RFC 6901) to the field in the body or message; for a parameter, `/query/{name}` or `/path/{name}`. */
            pointer: string;
            /** @description What is wrong with it. */
            detail: string;
        };
        /**
         * Problem
         * @description A problem detail (RFC 9457). `type` is `/problems/{slug}` with a slug of the registry `problems.yaml`, and opens as a page.
         */
        Problem: {
            /** @description The problem type, `/problems/{slug}`, relative to the service. */
            type: string;
            /** @description What kind of problem this is; the same for each occurrence. */
            title: string;
            /** @description The HTTP status; given on the socket too. */
            status: number;
            /** @description What happened this time, for a person to read. Never holds a secret or an internal cause. */
            detail: string;
            /** @description The path of the request, or of the socket. */
            instance?: string;
            /** @description The id under which the log has this occurrence; on the socket, the id of the connection. */
            request_id?: string;
            /** @description Each single fault in what was sent. */
            errors?: components["schemas"]["ProblemError"][];
        };
        /**
         * Timestamp
         * Format: date-time
         * @description A moment in UTC (RFC 3339).
         */
        Timestamp: string;
        /**
         * AgentId
         * @description An agent, `guide.{name}` or `liaison.{realm}`.
         */
        AgentId: string;
        /**
         * Intent
         * @description What an agent does in a step, `realm.verb_object`.
         */
        Intent: string;
        /**
         * ConversationId
         * Format: uuid
         * @description A conversation, as a UUID made by the service.
         */
        ConversationId: string;
        /**
         * Cursor
         * @description A position in the log of a conversation. Strictly increasing within the conversation; what a client resumes from. 0 is before the first event.
         */
        Cursor: number;
        /**
         * RunId
         * Format: uuid
         * @description One run, that is, all that happens to answer one message of the user, as a UUID made by the service.
         */
        RunId: string;
        /**
         * MessageId
         * Format: uuid
         * @description A message. The client makes a new UUID for each message of the user, so that sending it again is safe.
         */
        MessageId: string;
    };
    responses: {
        /** @description The conversation has an active run, or the message's id was used for another message. */
        MessageRefused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service is stopping, or the external identity provider does not answer as it should. */
        NotReadyToRun: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not well-formed JSON. */
        MalformedRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The access token is missing, malformed, expired or revoked. */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The user lacks the permission. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The cookie came without an `Origin`, or came from or is asked for by a page whose origin is not allowed. */
        ForeignPage: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not well-formed JSON, or the code is unknown, expired, used before or replaced by a newer one. */
        InvalidCode: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The current password is not this one, or the user lacks the permission. */
        WrongPassword: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body does not match the contract, or the new password is not acceptable. */
        NewPasswordRejected: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The current password is not this one; or none was given and the login is not recent; or the user lacks the permission. */
        ReauthenticationRefused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The code is wrong, too old or was used before, or the user lacks the permission. */
        CodeRefused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The code or the current password is wrong; or no password was given and the login is not recent; or the user lacks the permission. */
        ProofRefused: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account uses an authenticator app already. */
        SecondFactorExists: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such factor, or none that waits to be confirmed. */
        NoSecondFactor: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The conversation does not exist, or belongs to someone else. */
        ConversationNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The user does not exist, or belongs to another tenant. */
        UserNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The tenant would be left without an admin. */
        LastAdmin: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        ContentTooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not JSON. */
        UnsupportedMediaType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request does not match the contract. */
        InvalidRequest: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something went wrong on our side. */
        InternalError: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description More requests from this network, or for this account, than the operation's rate limit allows. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description More passwords wait to be checked than the service accepts, or the external identity provider does not answer as it should. */
        Overloaded: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service, or its external identity provider, waits for the e-mail address to be confirmed; or a page whose origin is not allowed asks for the cookie. */
        EmailUnconfirmedOrForeignPage: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service is configured with an external identity provider, which does this itself or not at all. */
        NotSupported: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The external identity provider takes no more requests for now. */
        ProviderTooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The external identity provider does not answer as it should. */
        ProviderUnavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No provider has this id. */
        OidcProviderNotFound: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The sign-in is unknown, expired or was finished before. */
        InvalidSignIn: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not well-formed JSON; or the code is unknown, expired or used, or the verifier is not that of the page. */
        MalformedRequestOrInvalidSignIn: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The provider does not vouch for the e-mail address; or a page whose origin is not allowed asks for the cookie. */
        UnverifiedIdentityOrForeignPage: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The token may not do this; or the provider does not vouch for the e-mail address. */
        ForbiddenOrUnverifiedIdentity: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /**
         * @description The refresh token, as `token_delivery` `cookie` set it.
         * @example epr_1Zb8sYQ0m3c2TnXrW5uVh7Kq9LdPf4GjA6eR
         */
        RefreshCookie: string;
        /**
         * @description The provider, as listOidcProviders names it.
         * @example example
         */
        OidcProviderId: components["schemas"]["OidcProviderId"];
        /**
         * @description How many entries a page has at the most.
         * @example 20
         */
        Limit: number;
        /**
         * @description The passkey.
         * @example 0198c0dd-5555-7aaa-8bbb-0123456789ab
         */
        PasskeyId: components["schemas"]["PasskeyId"];
        /**
         * @description The user.
         * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
         */
        UserId: components["schemas"]["UserId"];
        /**
         * @description The conversation.
         * @example 0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f
         */
        ConversationId: components["schemas"]["ConversationId"];
    };
    requestBodies: never;
    headers: {
        /**
         * @description The id under which the log has this request.
         * @example 0198c0dea9f27c3e8f4b1a2b3c4d5e6f
         */
        RequestId: string;
        /**
         * @description The answer is for this user only and is not to be kept.
         * @example no-store
         */
        NoStore: string;
        /**
         * @description How to authenticate (RFC 9110, section 11.6.1; RFC 6750, section 3).
         * @example Bearer realm="experience-plane", error="invalid_token"
         */
        WwwAuthenticate: string;
        /**
         * @description With `token_delivery: cookie`, the refresh token, where no script can read it and no other site can have it sent (RFC 6265bis). It is a session cookie: it goes when the browser is closed.
         * @example __Host-experience-plane-refresh=epr_1Zb8sYQ0m3c2TnXrW5uVh7Kq9LdPf4GjA6eR; Path=/; Secure; HttpOnly; SameSite=Strict
         */
        RefreshCookie: string;
        /**
         * @description Makes a browser forget its refresh token.
         * @example __Host-experience-plane-refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict
         */
        ForgottenRefreshCookie: string;
        /**
         * @description What is left of each limit (`r`), and for how many seconds (`t`); draft-ietf-httpapi-ratelimit-headers.
         * @example "sign-in-client";r=59;t=60
         */
        RateLimit: string;
        /**
         * @description The limits that this request counts against, so many (`q`) within so many seconds (`w`); draft-ietf-httpapi-ratelimit-headers.
         * @example "sign-in-client";q=60;w=60
         */
        RateLimitPolicy: string;
        /**
         * @description After how many seconds to try again.
         * @example 1
         */
        RetryAfter: number;
    };
    pathItems: never;
}
export type Email = components['schemas']['Email'];
export type UserName = components['schemas']['UserName'];
export type NewPassword = components['schemas']['NewPassword'];
export type RegisterRequest = components['schemas']['RegisterRequest'];
export type LoginRequest = components['schemas']['LoginRequest'];
export type CurrentPassword = components['schemas']['CurrentPassword'];
export type MailedCode = components['schemas']['MailedCode'];
export type MailOnItsWay = components['schemas']['MailOnItsWay'];
export type VerifyEmailRequest = components['schemas']['VerifyEmailRequest'];
export type EmailRequest = components['schemas']['EmailRequest'];
export type ChangeEmailRequest = components['schemas']['ChangeEmailRequest'];
export type ResetPasswordRequest = components['schemas']['ResetPasswordRequest'];
export type ChangePasswordRequest = components['schemas']['ChangePasswordRequest'];
export type DeleteAccountRequest = components['schemas']['DeleteAccountRequest'];
export type SecondFactorMethod = components['schemas']['SecondFactorMethod'];
export type LoginChallenge = components['schemas']['LoginChallenge'];
export type SecondFactorRequired = components['schemas']['SecondFactorRequired'];
export type FactorCode = components['schemas']['FactorCode'];
export type SecondFactorRequest = components['schemas']['SecondFactorRequest'];
export type SecondFactors = components['schemas']['SecondFactors'];
export type EnrolTotpRequest = components['schemas']['EnrolTotpRequest'];
export type TotpEnrolment = components['schemas']['TotpEnrolment'];
export type ConfirmTotpRequest = components['schemas']['ConfirmTotpRequest'];
export type FactorProof = components['schemas']['FactorProof'];
export type RecoveryCodes = components['schemas']['RecoveryCodes'];
export type PasskeyId = components['schemas']['PasskeyId'];
export type PasskeyName = components['schemas']['PasskeyName'];
export type CredentialId = components['schemas']['CredentialId'];
export type CredentialType = components['schemas']['CredentialType'];
export type PasskeyChallenge = components['schemas']['PasskeyChallenge'];
export type CredentialDescriptor = components['schemas']['CredentialDescriptor'];
export type PasskeyRelyingParty = components['schemas']['PasskeyRelyingParty'];
export type PasskeyUser = components['schemas']['PasskeyUser'];
export type AuthenticatorSelection = components['schemas']['AuthenticatorSelection'];
export type AttestationResponse = components['schemas']['AttestationResponse'];
export type AssertionResponse = components['schemas']['AssertionResponse'];
export type CredentialParameters = components['schemas']['CredentialParameters'];
export type PasskeyCreationOptions = components['schemas']['PasskeyCreationOptions'];
export type PasskeyTimeout = components['schemas']['PasskeyTimeout'];
export type PasskeyRequestOptions = components['schemas']['PasskeyRequestOptions'];
export type RegistrationCredential = components['schemas']['RegistrationCredential'];
export type AuthenticationCredential = components['schemas']['AuthenticationCredential'];
export type PasskeyLoginRequest = components['schemas']['PasskeyLoginRequest'];
export type SecondFactorPasskeyOptionsRequest = components['schemas']['SecondFactorPasskeyOptionsRequest'];
export type SecondFactorPasskeyRequest = components['schemas']['SecondFactorPasskeyRequest'];
export type PasskeyRegistrationOptionsRequest = components['schemas']['PasskeyRegistrationOptionsRequest'];
export type RegisterPasskeyRequest = components['schemas']['RegisterPasskeyRequest'];
export type RenamePasskeyRequest = components['schemas']['RenamePasskeyRequest'];
export type Passkey = components['schemas']['Passkey'];
export type PasskeyList = components['schemas']['PasskeyList'];
export type RegisteredPasskey = components['schemas']['RegisteredPasskey'];
export type RefreshToken = components['schemas']['RefreshToken'];
export type GuestUpgrade = components['schemas']['GuestUpgrade'];
export type AnonymousSessionRequest = components['schemas']['AnonymousSessionRequest'];
export type TokenDelivery = components['schemas']['TokenDelivery'];
export type RefreshRequest = components['schemas']['RefreshRequest'];
export type User = components['schemas']['User'];
export type Permission = components['schemas']['Permission'];
export type RoleName = components['schemas']['RoleName'];
export type AuthenticationResult = components['schemas']['AuthenticationResult'];
export type SessionId = components['schemas']['SessionId'];
export type SessionDescription = components['schemas']['SessionDescription'];
export type SessionList = components['schemas']['SessionList'];
export type AccessTokenId = components['schemas']['AccessTokenId'];
export type AccessTokenName = components['schemas']['AccessTokenName'];
export type CreateAccessTokenRequest = components['schemas']['CreateAccessTokenRequest'];
export type AccessTokenDescription = components['schemas']['AccessTokenDescription'];
export type CreatedAccessToken = components['schemas']['CreatedAccessToken'];
export type AccessTokenList = components['schemas']['AccessTokenList'];
export type OidcProviderId = components['schemas']['OidcProviderId'];
export type OidcProvider = components['schemas']['OidcProvider'];
export type OidcProviderList = components['schemas']['OidcProviderList'];
export type OidcStartRequest = components['schemas']['OidcStartRequest'];
export type OidcStarted = components['schemas']['OidcStarted'];
export type OidcExchangeRequest = components['schemas']['OidcExchangeRequest'];
export type LinkedOidcIdentity = components['schemas']['LinkedOidcIdentity'];
export type AgentTicket = components['schemas']['AgentTicket'];
export type Agent = components['schemas']['Agent'];
export type AgentList = components['schemas']['AgentList'];
export type ConversationListCursor = components['schemas']['ConversationListCursor'];
export type Conversation = components['schemas']['Conversation'];
export type ConversationList = components['schemas']['ConversationList'];
export type Message = components['schemas']['Message'];
export type MessageList = components['schemas']['MessageList'];
export type RunAgentInput = components['schemas']['RunAgentInput'];
export type AgUiMessage = components['schemas']['AgUiMessage'];
export type EventStream = components['schemas']['EventStream'];
export type UserListCursor = components['schemas']['UserListCursor'];
export type AdminUser = components['schemas']['AdminUser'];
export type AdminUserList = components['schemas']['AdminUserList'];
export type RolesRequest = components['schemas']['RolesRequest'];
export type Role = components['schemas']['Role'];
export type RoleList = components['schemas']['RoleList'];
export type AuditEventKind = components['schemas']['AuditEventKind'];
export type AuditCursor = components['schemas']['AuditCursor'];
export type AuditEvent = components['schemas']['AuditEvent'];
export type AuditEventList = components['schemas']['AuditEventList'];
export type JsonWebKey = components['schemas']['JsonWebKey'];
export type JsonWebKeySet = components['schemas']['JsonWebKeySet'];
export type Health = components['schemas']['Health'];
export type Readiness = components['schemas']['Readiness'];
export type UserId = components['schemas']['UserId'];
export type TenantId = components['schemas']['TenantId'];
export type ProblemError = components['schemas']['ProblemError'];
export type Problem = components['schemas']['Problem'];
export type Timestamp = components['schemas']['Timestamp'];
export type AgentId = components['schemas']['AgentId'];
export type Intent = components['schemas']['Intent'];
export type ConversationId = components['schemas']['ConversationId'];
export type Cursor = components['schemas']['Cursor'];
export type RunId = components['schemas']['RunId'];
export type MessageId = components['schemas']['MessageId'];
export type ResponseMessageRefused = components['responses']['MessageRefused'];
export type ResponseNotReadyToRun = components['responses']['NotReadyToRun'];
export type ResponseMalformedRequest = components['responses']['MalformedRequest'];
export type ResponseUnauthenticated = components['responses']['Unauthenticated'];
export type ResponseForbidden = components['responses']['Forbidden'];
export type ResponseForeignPage = components['responses']['ForeignPage'];
export type ResponseInvalidCode = components['responses']['InvalidCode'];
export type ResponseWrongPassword = components['responses']['WrongPassword'];
export type ResponseNewPasswordRejected = components['responses']['NewPasswordRejected'];
export type ResponseReauthenticationRefused = components['responses']['ReauthenticationRefused'];
export type ResponseCodeRefused = components['responses']['CodeRefused'];
export type ResponseProofRefused = components['responses']['ProofRefused'];
export type ResponseSecondFactorExists = components['responses']['SecondFactorExists'];
export type ResponseNoSecondFactor = components['responses']['NoSecondFactor'];
export type ResponseConversationNotFound = components['responses']['ConversationNotFound'];
export type ResponseUserNotFound = components['responses']['UserNotFound'];
export type ResponseLastAdmin = components['responses']['LastAdmin'];
export type ResponseContentTooLarge = components['responses']['ContentTooLarge'];
export type ResponseUnsupportedMediaType = components['responses']['UnsupportedMediaType'];
export type ResponseInvalidRequest = components['responses']['InvalidRequest'];
export type ResponseInternalError = components['responses']['InternalError'];
export type ResponseTooManyRequests = components['responses']['TooManyRequests'];
export type ResponseOverloaded = components['responses']['Overloaded'];
export type ResponseEmailUnconfirmedOrForeignPage = components['responses']['EmailUnconfirmedOrForeignPage'];
export type ResponseNotSupported = components['responses']['NotSupported'];
export type ResponseProviderTooManyRequests = components['responses']['ProviderTooManyRequests'];
export type ResponseProviderUnavailable = components['responses']['ProviderUnavailable'];
export type ResponseOidcProviderNotFound = components['responses']['OidcProviderNotFound'];
export type ResponseInvalidSignIn = components['responses']['InvalidSignIn'];
export type ResponseMalformedRequestOrInvalidSignIn = components['responses']['MalformedRequestOrInvalidSignIn'];
export type ResponseUnverifiedIdentityOrForeignPage = components['responses']['UnverifiedIdentityOrForeignPage'];
export type ResponseForbiddenOrUnverifiedIdentity = components['responses']['ForbiddenOrUnverifiedIdentity'];
export type ParameterRefreshCookie = components['parameters']['RefreshCookie'];
export type ParameterOidcProviderId = components['parameters']['OidcProviderId'];
export type ParameterLimit = components['parameters']['Limit'];
export type ParameterPasskeyId = components['parameters']['PasskeyId'];
export type ParameterUserId = components['parameters']['UserId'];
export type ParameterConversationId = components['parameters']['ConversationId'];
export type HeaderRequestId = components['headers']['RequestId'];
export type HeaderNoStore = components['headers']['NoStore'];
export type HeaderWwwAuthenticate = components['headers']['WwwAuthenticate'];
export type HeaderRefreshCookie = components['headers']['RefreshCookie'];
export type HeaderForgottenRefreshCookie = components['headers']['ForgottenRefreshCookie'];
export type HeaderRateLimit = components['headers']['RateLimit'];
export type HeaderRateLimitPolicy = components['headers']['RateLimitPolicy'];
export type HeaderRetryAfter = components['headers']['RetryAfter'];
export type $defs = Record<string, never>;
export interface operations {
    registerUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description The user exists and is logged in. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            /** @description The service requires verified addresses, and a mail is on its way. Nobody is logged in. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailOnItsWay"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            403: components["responses"]["EmailUnconfirmedOrForeignPage"];
            /** @description The e-mail address has an account already. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            /** @description The body does not match the contract, or the password or the address is not acceptable. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            429: components["responses"]["ProviderTooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    startAnonymousSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnonymousSessionRequest"];
            };
        };
        responses: {
            /** @description The guest has a session. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description This service is not for guests; or a page whose origin is not allowed asks for the cookie. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description The user is logged in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            /** @description The account has a second factor, which completeSecondFactor takes. Nobody is logged in yet. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactorRequired"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description The e-mail address or the password is wrong. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["EmailUnconfirmedOrForeignPage"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["ProviderTooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: {
                /**
                 * @description The refresh token, as `token_delivery` `cookie` set it.
                 * @example epr_1Zb8sYQ0m3c2TnXrW5uVh7Kq9LdPf4GjA6eR
                 */
                "__Host-experience-plane-refresh"?: components["parameters"]["RefreshCookie"];
            };
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description A new pair of tokens of the same session. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description The refresh token is missing, unknown, expired or was used before. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["ForeignPage"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["ProviderTooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Set-Cookie": components["headers"]["ForgottenRefreshCookie"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    getCurrentUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions that live. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The session.
                 * @example 0198c0dd-4444-7aaa-8bbb-0123456789ab
                 */
                session_id: components["schemas"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description The user has no such session, or it has ended. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The other sessions have ended. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    logOutEverywhere: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All sessions have ended. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Set-Cookie": components["headers"]["ForgottenRefreshCookie"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    listAccessTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tokens that live. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccessTokenList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    createAccessToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAccessTokenRequest"];
            };
        };
        responses: {
            /** @description The token exists. It is not shown again. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedAccessToken"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description The user has as many tokens as the service allows. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    revokeAccessToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The token.
                 * @example 0198c0dd-7777-7aaa-8bbb-0123456789ab
                 */
                access_token_id: components["schemas"]["AccessTokenId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token is revoked. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description The user has no such token, or it has expired or was revoked. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    listOidcProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The providers, in the order of the configuration. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OidcProviderList"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
        };
    };
    startOidcSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The provider, as listOidcProviders names it.
                 * @example example
                 */
                provider_id: components["parameters"]["OidcProviderId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OidcStartRequest"];
            };
        };
        responses: {
            /** @description The address to send the browser to. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OidcStarted"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            404: components["responses"]["OidcProviderNotFound"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    startOidcLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The provider, as listOidcProviders names it.
                 * @example example
                 */
                provider_id: components["parameters"]["OidcProviderId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OidcStartRequest"];
            };
        };
        responses: {
            /** @description The address to send the browser to. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OidcStarted"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["OidcProviderNotFound"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    completeOidcSignIn: {
        parameters: {
            query: {
                /**
                 * @description What startOidcSignIn gave the provider.
                 * @example Jc2m8Qm0gB7n1x5pTqVYw3Zr9uK4sLdE6fHaXoIyNkM
                 */
                state: string;
                /**
                 * @description The provider's authorization code.
                 * @example SplxlOBeZQQYbYS6WxSbIA
                 */
                code?: string;
                /**
                 * @description Why there is no code (RFC 6749, section 4.1.2.1).
                 * @example access_denied
                 */
                error?: string;
                /**
                 * @description Which provider answers (RFC 9207); required from one that says it sends it.
                 * @example https://accounts.example.com
                 */
                iss?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The provider, as listOidcProviders names it.
                 * @example example
                 */
                provider_id: components["parameters"]["OidcProviderId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Back to the page. */
            303: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    /**
                     * @description The page's `return_to`, with `code` or `problem`.
                     * @example https://app.example.com/signed-in?code=5Qm0gB7n1x5pTqVYw3Zr9uK4sLdE6fHaXoIyNkMJc2m
                     */
                    Location?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidSignIn"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    exchangeOidcCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OidcExchangeRequest"];
            };
        };
        responses: {
            /** @description The user is logged in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            /** @description The account has a second factor, which completeSecondFactor takes. Nobody is logged in yet. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactorRequired"];
                };
            };
            400: components["responses"]["MalformedRequestOrInvalidSignIn"];
            403: components["responses"]["UnverifiedIdentityOrForeignPage"];
            /** @description The e-mail address has an account that is not linked with the provider. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    linkOidcIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OidcExchangeRequest"];
            };
        };
        responses: {
            /** @description The account is linked; the user can sign in with the provider. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkedOidcIdentity"];
                };
            };
            400: components["responses"]["MalformedRequestOrInvalidSignIn"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["ForbiddenOrUnverifiedIdentity"];
            /** @description The identity is linked with another account. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    completeSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorRequest"];
            };
        };
        responses: {
            /** @description The user is logged in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description The challenge is unknown, expired, used up or overtaken. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The code is wrong, too old or was used before; or a page whose origin is not allowed asks for the cookie. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    getSecondFactors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The factors. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactors"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    enrolTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrolTotpRequest"];
            };
        };
        responses: {
            /** @description The secret, waiting to be confirmed. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TotpEnrolment"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["ReauthenticationRefused"];
            409: components["responses"]["SecondFactorExists"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    confirmTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmTotpRequest"];
            };
        };
        responses: {
            /** @description The authenticator app counts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["CodeRefused"];
            409: components["responses"]["NoSecondFactor"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    disableTotp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorProof"];
            };
        };
        responses: {
            /** @description The authenticator app does not count any more. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["ProofRefused"];
            409: components["responses"]["NoSecondFactor"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    regenerateRecoveryCodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FactorProof"];
            };
        };
        responses: {
            /** @description The new codes. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["ProofRefused"];
            409: components["responses"]["NoSecondFactor"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    createSecondFactorPasskeyOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorPasskeyOptionsRequest"];
            };
        };
        responses: {
            /** @description What the browser is to ask for. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRequestOptions"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description The challenge of the login is unknown, expired, used up or overtaken. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    completeSecondFactorWithPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorPasskeyRequest"];
            };
        };
        responses: {
            /** @description The user is logged in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description The challenge of the login is unknown, expired, used up or overtaken; or the passkey is not the account's, or signed something else. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["ForeignPage"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    createPasskeyAuthenticationOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the browser is to ask for. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRequestOptions"];
                };
            };
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    logInWithPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyLoginRequest"];
            };
        };
        responses: {
            /** @description The user is logged in. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    "Set-Cookie": components["headers"]["RefreshCookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthenticationResult"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            /** @description The passkey is unknown or signed something else, or nobody may be logged in by it. */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "WWW-Authenticate": components["headers"]["WwwAuthenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            403: components["responses"]["EmailUnconfirmedOrForeignPage"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    createPasskeyRegistrationOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyRegistrationOptionsRequest"];
            };
        };
        responses: {
            /** @description What the browser is to make. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyCreationOptions"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["ReauthenticationRefused"];
            /** @description The account has as many passkeys as it may have. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    listPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The passkeys. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    registerPasskey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterPasskeyRequest"];
            };
        };
        responses: {
            /** @description The passkey counts. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegisteredPasskey"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description The passkey is registered already, or the account has as many as it may have. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    deletePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The passkey.
                 * @example 0198c0dd-5555-7aaa-8bbb-0123456789ab
                 */
                passkey_id: components["parameters"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The passkey is gone. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            /** @description The login is not recent, or the user lacks the permission. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The user has no such passkey. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    renamePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The passkey.
                 * @example 0198c0dd-5555-7aaa-8bbb-0123456789ab
                 */
                passkey_id: components["parameters"]["PasskeyId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenamePasskeyRequest"];
            };
        };
        responses: {
            /** @description The passkey. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description The user has no such passkey. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyEmailRequest"];
            };
        };
        responses: {
            /** @description The address is verified; a changed address counts from now on. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidCode"];
            /** @description The new address got an account of its own in the meantime. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    resendVerification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailRequest"];
            };
        };
        responses: {
            /** @description If there is something to verify, a mail is on its way. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailOnItsWay"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    changeEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeEmailRequest"];
            };
        };
        responses: {
            /** @description A mail to the new address is on its way. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailOnItsWay"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailRequest"];
            };
        };
        responses: {
            /** @description If the address has an account, a mail is on its way. */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailOnItsWay"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPasswordRequest"];
            };
        };
        responses: {
            /** @description The password is set; log in with it. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidCode"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["NewPasswordRejected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            /** @description The password is set; this session lives on. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["NewPasswordRejected"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    deleteAccount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteAccountRequest"];
            };
        };
        responses: {
            /** @description The account is gone. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Set-Cookie": components["headers"]["ForgottenRefreshCookie"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            409: components["responses"]["LastAdmin"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    createAgentTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTicket"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    runAgUi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunAgentInput"];
            };
        };
        responses: {
            /** @description The events of the run, as they come. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["MessageRefused"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["NotReadyToRun"];
        };
    };
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agents, the guide first. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    listConversations: {
        parameters: {
            query?: {
                /**
                 * @description How many entries a page has at the most.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `next_cursor` of the page before; without it, the first page.
                 * @example 1795428731000000.0198c0dea9f27c3e8f4b1a2b3c4d5e6f
                 */
                cursor?: components["schemas"]["ConversationListCursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of conversations. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConversationList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    getConversation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The conversation.
                 * @example 0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f
                 */
                conversation_id: components["parameters"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversation. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Conversation"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ConversationNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /**
                 * @description How many entries a page has at the most.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description Only messages after this position in the conversation's log; the `next_cursor` of the page before.
                 * @example 12
                 */
                after_cursor?: components["schemas"]["Cursor"];
            };
            header?: never;
            path: {
                /**
                 * @description The conversation.
                 * @example 0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f
                 */
                conversation_id: components["parameters"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ConversationNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    followConversation: {
        parameters: {
            query?: {
                /**
                 * @description Only events after this position in the conversation's log. Without it and without `Last-Event-ID`, only what is new.
                 * @example 12
                 */
                after_cursor?: components["schemas"]["Cursor"];
            };
            header?: {
                /**
                 * @description The `id` of the last event that was received; goes before `after_cursor`.
                 * @example 14
                 */
                "Last-Event-ID"?: components["schemas"]["Cursor"];
            };
            path: {
                /**
                 * @description The conversation.
                 * @example 0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f
                 */
                conversation_id: components["parameters"]["ConversationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, as they come. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["EventStream"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["ConversationNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["ProviderUnavailable"];
        };
    };
    listUsers: {
        parameters: {
            query?: {
                /**
                 * @description How many entries a page has at the most.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description Only users whose address begins like this; case is ignored.
                 * @example ada@
                 */
                email_prefix?: string;
                /**
                 * @description The `next_cursor` of the page before; without it, the first page.
                 * @example 616461406578616d706c652e636f6d
                 */
                cursor?: components["schemas"]["UserListCursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUserList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["UserNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    disableUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user, disabled. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["UserNotFound"];
            409: components["responses"]["LastAdmin"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    enableUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user, enabled. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["UserNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    setUserRoles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RolesRequest"];
            };
        };
        responses: {
            /** @description The user with the new roles. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdminUser"];
                };
            };
            400: components["responses"]["MalformedRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["UserNotFound"];
            409: components["responses"]["LastAdmin"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    endUserSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No session of the user lives. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["UserNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    resetUserFactors: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The user.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user has no second factor and no session. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["UserNotFound"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
            503: components["responses"]["Overloaded"];
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The roles. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                /**
                 * @description How many entries a page has at the most.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description Only events of this kind.
                 * @example login.failed
                 */
                kind?: components["schemas"]["AuditEventKind"];
                /**
                 * @description Only events about this user, or of what it did.
                 * @example 0198c0dd-1111-7aaa-8bbb-0123456789ab
                 */
                user_id?: components["schemas"]["UserId"];
                /**
                 * @description Only events at this moment or later.
                 * @example 2026-11-23T12:00:00Z
                 */
                since?: components["schemas"]["Timestamp"];
                /**
                 * @description Only events before this moment.
                 * @example 2026-11-24T12:00:00Z
                 */
                until?: components["schemas"]["Timestamp"];
                /**
                 * @description The `next_cursor` of the page before; without it, the first page.
                 * @example 4711
                 */
                cursor?: components["schemas"]["AuditCursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "Cache-Control": components["headers"]["NoStore"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventList"];
                };
            };
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            422: components["responses"]["InvalidRequest"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    getJsonWebKeySet: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    /**
                     * @description How long the keys may be kept.
                     * @example public, max-age=300
                     */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JsonWebKeySet"];
                };
            };
            500: components["responses"]["InternalError"];
            501: components["responses"]["NotSupported"];
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is alive. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            500: components["responses"]["InternalError"];
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service is ready. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            500: components["responses"]["InternalError"];
            /** @description The service is starting, stopping, or cannot reach its database. */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
