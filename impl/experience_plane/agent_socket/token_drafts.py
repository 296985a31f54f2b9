"""The draft of `agent.token`, of which a run has hundreds where it has one of most other events.

Building one through its pydantic model and writing that costs 5 us. Here the one field that an agent decides, `delta`,
is checked by the contract's own constraints for it, when the draft is made; the rest of the event is the log's, and
right by construction. The text is what the model would have written, byte for byte; a property test holds that.
"""

from __future__ import annotations

from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import Annotated

from pydantic import TypeAdapter

from experience_plane.conversations.model import Envelope, LoggedEvent
from experience_plane_api.messages import AgentToken

_DELTA: TypeAdapter[str] = TypeAdapter(Annotated[str, *AgentToken.model_fields["delta"].metadata])


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """Makes an `agent.token`."""

    delta: str

    @classmethod
    def of(cls, delta: str) -> TokenDraft:
        """Answer the draft of a token.

        Raises:
            pydantic.ValidationError: the contract has no such token.
        """
        return cls(_DELTA.validate_python(delta))

    def __call__(self, at: Envelope) -> LoggedEvent:
        """Answer the event in its place."""
        text = (
            f'{{"type":"agent.token","conversation_id":"{at.conversation_id}","run_id":"{at.run_id}",'
            f'"seq":{at.seq},"cursor":{at.cursor},"at":"{at.at.isoformat()[:-6]}Z",'
            f'"delta":{encode_basestring(self.delta)}}}'
        )
        return LoggedEvent(at.conversation_id, at.run_id, at.seq, at.cursor, "agent.token", text)
