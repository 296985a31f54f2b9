# Generated from contracts/ by `make generate`. Do not edit.
"""Who may do what: `x-permission` of the contracts."""

from __future__ import annotations

from typing import Final

OPERATION_PERMISSIONS: Final[dict[str, str]] = {
    "log_out": "session.end",
    "list_sessions": "account.manage",
    "end_session": "account.manage",
    "end_other_sessions": "account.manage",
    "log_out_everywhere": "account.manage",
    "list_access_tokens": "access_tokens.manage",
    "create_access_token": "access_tokens.manage",
    "revoke_access_token": "access_tokens.manage",
    "start_oidc_link": "account.manage",
    "link_oidc_identity": "account.manage",
    "get_second_factors": "account.manage",
    "enrol_totp": "account.manage",
    "confirm_totp": "account.manage",
    "disable_totp": "account.manage",
    "regenerate_recovery_codes": "account.manage",
    "create_passkey_registration_options": "account.manage",
    "list_passkeys": "account.manage",
    "register_passkey": "account.manage",
    "delete_passkey": "account.manage",
    "rename_passkey": "account.manage",
    "change_email": "account.manage",
    "change_password": "account.manage",
    "delete_account": "account.manage",
    "create_agent_ticket": "agents.talk",
    "run_ag_ui": "agents.talk",
    "list_conversations": "conversations.read",
    "get_conversation": "conversations.read",
    "list_messages": "conversations.read",
    "follow_conversation": "conversations.read",
    "list_users": "users.read",
    "get_user": "users.read",
    "disable_user": "users.manage",
    "enable_user": "users.manage",
    "set_user_roles": "users.manage",
    "end_user_sessions": "users.manage",
    "reset_user_factors": "users.manage",
    "list_roles": "users.read",
    "list_audit_events": "audit.read",
}
"""What an operation needs, by the name of its handler; an operation that is not here needs none."""

MESSAGE_PERMISSIONS: Final[dict[str, str]] = {"agent.message": "agents.talk"}
"""What a message of the client needs, by its type."""

SOCKET_PERMISSION: Final = "agents.talk"
"""What opening the agent socket needs."""
