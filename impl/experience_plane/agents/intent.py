"""What a message is about: an offline, deterministic classifier. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experience_plane.agents import lexicon
from experience_plane.agents.catalog import GUIDE_ID
from experience_plane.realms.journey import steps_in
from experience_plane.realms.request import Request, read_request
from experience_plane.realms.tables import find_table

MULTI = "multi"

_CLEAR_SCORE = 2.0
_CLEAR_MARGIN = 1.0
_ASKED_FOR = 1.5
_READ_MAX = 1_000  # characters of asking; patterns with gaps are slow on endless lines
_PATTERNS = {
    "liaison.content": lexicon.CONTENT,
    "liaison.insights": lexicon.INSIGHTS,
    "liaison.journey": lexicon.JOURNEY,
    "liaison.outcomes": lexicon.OUTCOMES,
}
_VERBS = {agent_id: frozenset(verbs.split()) for agent_id, verbs in lexicon.VERBS_BY_AGENT.items()}


@dataclass(frozen=True, slots=True)
class Intent:
    """Scores per agent id, from the words asked (`scores`) and from the shape of what was pasted (`shapes`).

    `label` is the best agent's id, or "multi" when `plan` names several liaisons, in the order asked.
    """

    label: str
    scores: dict[str, float]
    shapes: dict[str, float]
    plan: tuple[str, ...] = ()
    small_talk: bool = False

    def is_clearly(self, agent_id: str, rather_than: str) -> bool:
        """Whether the words alone put one agent well before another."""
        lead = self.scores[agent_id] - self.scores[rather_than]
        return self.label == agent_id and self.scores[agent_id] >= _CLEAR_SCORE and lead >= _CLEAR_MARGIN


def classify(text: str) -> Intent:
    """Read a message's intent; without any sign at all it is the guide's."""
    request = read_request(text)
    asking = " ".join(request.asking.casefold().replace("\u2019", "'").split())[:_READ_MAX]
    scores = {agent_id: _score(asking, patterns) for agent_id, patterns in _PATTERNS.items()}
    # A greeting or thanks before a request is courtesy, not what the message is about.
    small_talk = _score(asking, lexicon.SMALL_TALK) if max(scores.values()) < _ASKED_FOR else 0
    platform = _score(asking, lexicon.PLATFORM)
    scores[GUIDE_ID] = platform + small_talk
    shapes = _shapes(request)
    plan = _plan(asking)
    if len(plan) > 1 and scores[GUIDE_ID] < _CLEAR_SCORE:
        return Intent(MULTI, scores, shapes, plan)
    total = {agent_id: score + shapes.get(agent_id, 0) for agent_id, score in scores.items()}
    best = max(total, key=lambda agent_id: (total[agent_id], agent_id == GUIDE_ID))
    return Intent(best, scores, shapes, small_talk=best == GUIDE_ID and small_talk >= platform and small_talk > 0)


def _score(asking: str, patterns: Sequence[lexicon.Pattern]) -> float:
    return sum(weight for pattern, weight in patterns if pattern.search(asking))


def _shapes(request: Request) -> dict[str, float]:
    if find_table(request.material):
        return {"liaison.insights": 1.5}
    if len(steps_in(request.material or request.asking)) >= 3:
        return {"liaison.journey": 1.5}
    return {"liaison.content": 1.0} if request.material else {}


def _plan(asking: str) -> tuple[str, ...]:
    """The liaisons whose tasks the clauses open, each clause with a verb of its own."""
    tasks = [task for clause in lexicon.clauses(asking) if (task := _task(clause)) is not None]
    return tuple(dict.fromkeys(tasks))


def _task(clause: str) -> str | None:
    verb = clause.partition(" ")[0]
    candidates = {agent_id: _score(clause, _PATTERNS[agent_id]) for agent_id, verbs in _VERBS.items() if verb in verbs}
    best = max(candidates, key=lambda agent_id: candidates[agent_id], default=None)
    return best if best is not None and candidates[best] >= 1.5 else None
