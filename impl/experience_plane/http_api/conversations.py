"""The tag `conversations`: the history, complete and in order."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from experience_plane.conversations.log import ConversationLog, CursorUnknown
from experience_plane.conversations.model import Conversation, ConversationPosition, LoggedEvent, Message, Owner
from experience_plane.http_api.event_streams import EventStreams
from experience_plane.security_guard.principal import Principal
from experience_plane_api import models
from experience_plane_api.server.services import ConversationsService

_RECONNECT = b"retry: 2000\n\n"
"""Milliseconds after which a browser comes back, when a stream has ended."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_END_OF_TIME = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


class ConversationsHandlers(ConversationsService[Principal]):
    """Implements the conversations operations."""

    def __init__(self, log: ConversationLog, streams: EventStreams) -> None:
        self._log = log
        self._streams = streams

    async def list_conversations(
        self, *, principal: Principal, limit: int, cursor: str | None
    ) -> models.ConversationList:
        """See openapi.yaml, listConversations."""
        owner = _reader(principal)
        after = None if cursor is None else _position(cursor)
        found = await self._log.list_conversations(owner, limit=limit + 1, after=after)
        page = found[:limit]
        more = len(found) > limit
        return models.ConversationList(
            conversations=[_conversation(conversation) for conversation in page],
            next_cursor=_cursor(page[-1]) if more else None,
        )

    async def get_conversation(self, *, principal: Principal, conversation_id: UUID) -> models.Conversation:
        """See openapi.yaml, getConversation."""
        return _conversation(await self._log.conversation(conversation_id, _reader(principal)))

    async def list_messages(
        self, *, principal: Principal, conversation_id: UUID, limit: int, after_cursor: int | None
    ) -> models.MessageList:
        """See openapi.yaml, listMessages."""
        await self._log.conversation(conversation_id, _reader(principal))
        found = await self._log.list_messages(conversation_id, limit=limit + 1, after_cursor=after_cursor or 0)
        page = found[:limit]
        more = len(found) > limit
        return models.MessageList(
            messages=[_message(message) for message in page],
            next_cursor=page[-1].cursor if more else None,
        )

    async def follow_conversation(
        self, *, principal: Principal, conversation_id: UUID, after_cursor: int | None, last_event_id: int | None
    ) -> Response:
        """See openapi.yaml, followConversation."""
        await self._log.conversation(conversation_id, _reader(principal))
        place = ("query", "after_cursor") if last_event_id is None else ("header", "Last-Event-ID")
        try:
            position = await self._log.position(
                conversation_id, after_cursor if last_event_id is None else last_event_id
            )
        except CursorUnknown as error:
            raise RequestValidationError([{"loc": place, "msg": error.public_detail}]) from error
        return self._streams.answer(principal, self._blocks(conversation_id, position.cursor))

    async def _blocks(self, conversation_id: UUID, cursor: int) -> AsyncGenerator[bytes, None]:
        yield _RECONNECT
        async with contextlib.aclosing(self._log.follow(conversation_id, cursor)) as pages:
            async for page in pages:
                yield "".join(map(_block, page)).encode()


def _block(event: LoggedEvent) -> str:
    return f"id: {event.cursor}\nevent: {event.type}\ndata: {event.text}\n\n"


def _reader(principal: Principal) -> Owner:
    return Owner(principal.user_id, principal.tenant_id)


def _position(cursor: str) -> ConversationPosition:
    microseconds, _, conversation_id = cursor.partition(".")
    updated_at = _EPOCH + min(int(microseconds), _END_OF_TIME) * _MICROSECOND
    return ConversationPosition(updated_at, UUID(hex=conversation_id))


def _cursor(conversation: Conversation) -> str:
    microseconds = (conversation.updated_at - _EPOCH) // _MICROSECOND
    return f"{microseconds}.{conversation.conversation_id.hex}"


def _conversation(conversation: Conversation) -> models.Conversation:
    return models.Conversation(
        conversation_id=conversation.conversation_id,
        title=conversation.title,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
        cursor=conversation.cursor,
        active_agent_id=conversation.active_agent_id,
        active_run_id=conversation.active_run_id,
    )


def _message(message: Message) -> models.Message:
    return models.Message(
        message_id=message.message_id,
        run_id=message.run_id,
        role=message.role,
        agent_id=message.agent_id,
        text=message.text,
        cursor=message.cursor,
        at=message.at,
    )
