"""Journey: turns a procedure in plain words into a workflow with actors, decisions and an outline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from experience_plane.realms.result import MaterialMissing, RealmResult, counted, shortened
from experience_plane.realms.tables import find_table

_STEPS_MAX = 60
_CASELESS = re.IGNORECASE | re.DOTALL
_LIST_ITEM = re.compile(r"^\s*(?:step\s+)?(?:\d{1,3}[.):]|[-*•])\s+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!;])\s+|\n+")
_CLAUSE_SEPARATOR = re.compile(
    r",?\s+(?:and\s+)?then\s+|;\s*|,\s+(?:and\s+)?(?=[a-z]{2,}s\s+(?:an?|the|it|them|to|up)\b)", re.IGNORECASE
)
_VERB_FIRST = re.compile(r"[a-z]{2,}s\b")
_SEQUENCE_WORD = re.compile(
    r"^(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|then|next|after(?:wards| that| this)|finally|lastly|and|subsequently)"
    r"\b[\s,:]*",
    re.IGNORECASE,
)
_ACTOR_PREFIX = re.compile(r"^([A-Z][\w /&-]{1,40}?)\s*(?::|\s[-\u2013\u2014])\s+(?=\w)")
_ACTOR_VERB = re.compile(
    r"^(?P<actor>(?:(?:the|an?|our|each|every)\s+)?(?:[\w&/-]+\s+){1,4}?)(?P<verb>\w{2,}s)\b(?P<rest>.*)$",
    _CASELESS,
)
_ACTOR_MODAL = re.compile(
    r"^(?P<actor>(?:(?:the|an?|our|each|every)\s+)?(?:[\w&/-]+\s+){1,4}?)"
    r"(?P<verb>must|will|should|has to|needs to|can|may)\s+(?P<rest>.+)$",
    _CASELESS,
)
_PASSIVE = re.compile(r"\bis\s+\w+(?:ed|en|t)\s+(?:[\w ]{1,40}?\s)?by\s+(?:the\s+|an?\s+)?(?P<actor>[\w -]{2,40})")
_DETERMINER = re.compile(r"^(?:the|an?|our|each|every)\s+", re.IGNORECASE)
_CONDITION = re.compile(r"^(?:if|when|unless|in case)\s+(?P<condition>[^,:]{2,160})[,:]\s*(?P<action>.+)$", _CASELESS)
_OTHERWISE = re.compile(r"^(?:otherwise|else|if not|in all other cases)\b[\s,:]*", re.IGNORECASE)
_BACK_TO = re.compile(r"\b(?:back|return(?:s|ed)?|go(?:es)?)\s+to\s+step\s+(?P<number>\d{1,3})\b", re.IGNORECASE)
_REQUEST = re.compile(
    r"^(?:please\s+|can you\s+)?(?:model|draw|map|turn|make|create|build|visuali[sz]e|convert|here is|this is|export)\b"
    r".{0,60}$",
    _CASELESS,
)
_BLANKS = re.compile(r"[^\S\n]+")
_WAITS = re.compile(r"\bwaits?\b|\bwaiting\b", re.IGNORECASE)
_NOT_ACTORS = frozenset({"it", "this", "that", "there", "which", "if", "all", "to", "add", "send", "check", "review"})
_PREPOSITIONS = frozenset(
    {"to", "of", "in", "on", "for", "with", "from", "by", "at", "into", "via", "and", "or", "the"}
)
_NOT_VERBS = frozenset({"is", "as", "this", "its", "details", "items", "documents", "goods", "always", "us", "was"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step; `number` counts from 1. `condition` makes it optional, `back_to` a loop."""

    number: int
    actor: str | None
    action: str
    condition: str | None = None
    otherwise: bool = False
    back_to: int | None = None


def build_workflow(texts: Sequence[str]) -> RealmResult:
    """Build a workflow from the newest procedure among `texts` (oldest first).

    Raises:
        MaterialMissing: no text describes at least two steps.
    """
    steps = newest_procedure(texts)
    if steps is None:
        raise MaterialMissing(
            "I need a procedure first: please paste its steps, one per line or as sentences such as "
            "“The clerk checks the form, then the manager approves it.”"
        )
    actors = _actors(steps)
    size = f"{counted(len(steps), 'step')} and {counted(len(actors), 'actor')}"
    return RealmResult(f"The workflow has {size}.", _markdown(steps, actors, size))


def newest_procedure(texts: Sequence[str]) -> tuple[Step, ...] | None:
    """The steps of the newest text that describes a procedure: a list, or sentences that say who does what."""
    for text in reversed(texts):
        steps = () if find_table(text) else steps_in(text)
        if len(steps) >= 2 and (len(_items(text)) >= 2 or any(step.actor for step in steps)):
            return steps
    return None


def steps_in(text: str) -> tuple[Step, ...]:
    """The steps a text describes: its list items if it has any, else its clauses that say who does what."""
    text = _BLANKS.sub(" ", text)
    items = _items(text)
    if len(items) >= 2:
        clauses = items
    else:
        sentences = [part for part in _SENTENCE_END.split(text) if part]
        clauses = [clause for sentence in sentences for clause in _CLAUSE_SEPARATOR.split(sentence)]
        clauses = [clause for clause in clauses if not _is_talk(clause)]
    return _numbered(clauses[:_STEPS_MAX])


def _items(text: str) -> list[str]:
    return [_LIST_ITEM.sub("", line).strip() for line in text.splitlines() if _LIST_ITEM.match(line)]


def _is_talk(clause: str) -> bool:
    clause = clause.strip()
    bare = _SEQUENCE_WORD.sub("", clause)
    return len(bare) < 4 or clause.endswith((":", "?")) or bool(_REQUEST.match(bare))


def _numbered(clauses: Sequence[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for clause in clauses:
        step = _step(len(steps) + 1, clause)
        if steps and step.actor is None and _VERB_FIRST.match(step.action):
            step = replace(step, actor=steps[-1].actor)  # "the clerk signs the form, then files it"
        if step.action:
            steps.append(step)
    return tuple(steps)


def _step(number: int, clause: str) -> Step:
    text = _SEQUENCE_WORD.sub("", clause.strip().rstrip(".;!,")).strip()
    condition, otherwise = None, False
    if match := _CONDITION.match(text):
        condition, text = match["condition"].strip(), _SEQUENCE_WORD.sub("", match["action"].strip())
    elif _OTHERWISE.match(text):
        otherwise, text = True, _OTHERWISE.sub("", text)
    actor, action = _actor_and_action(text)
    back = _BACK_TO.search(text)
    return Step(number, actor, shortened(action, 160), condition, otherwise, int(back["number"]) if back else None)


def _actor_and_action(text: str) -> tuple[str | None, str]:
    if match := _ACTOR_PREFIX.match(text):
        return match[1].strip(), text[match.end() :]
    if (match := _ACTOR_MODAL.match(text)) and _is_actor(match["actor"]):
        return _named(match["actor"]), match["rest"]
    if match := _PASSIVE.search(text):
        return _named(match["actor"]), text
    if (match := _ACTOR_VERB.match(text)) and _is_actor(match["actor"]) and match["verb"].lower() not in _NOT_VERBS:
        return _named(match["actor"]), match["verb"] + match["rest"]
    return None, text


def _is_actor(words: str) -> bool:
    """A subject opens with a determiner or is one or two bare words; an imperative verb does not count."""
    bare = _DETERMINER.sub("", words).lower().split()
    if not bare or bare[0] in _NOT_ACTORS or _PREPOSITIONS & set(bare):
        return False
    return bool(_DETERMINER.match(words)) or len(bare) <= 2


def _named(words: str) -> str:
    name = _DETERMINER.sub("", words.strip())
    return name[:1].upper() + name[1:]


def _actors(steps: Sequence[Step]) -> list[str]:
    return list({step.actor.lower(): step.actor for step in steps if step.actor}.values())


def _markdown(steps: Sequence[Step], actors: Sequence[str], size: str) -> str:
    numbered = "\n".join(f"{step.number}. {_line(step)}" for step in steps)
    roles = "\n".join(f"- **{actor}**: {_steps_of(actor, steps)}" for actor in actors) or "- Nobody is named."
    notes = "\n".join(f"- {note}" for note in _notes(steps))
    parts = [f"**Workflow: {size}.**\n\n{numbered}", f"Who does what:\n{roles}"]
    if notes:
        parts.append(f"Worth a look:\n{notes}")
    parts.append(f"Outline (Mermaid):\n```mermaid\n{outline(steps)}\n```")
    return "\n\n".join(parts)


def _line(step: Step) -> str:
    actor = f"**{step.actor}** " if step.actor else ""
    when = f"If {step.condition}: " if step.condition else "Otherwise: " if step.otherwise else ""
    return f"{when}{actor}{step.action}"


def _steps_of(actor: str, steps: Sequence[Step]) -> str:
    numbers = [str(step.number) for step in steps if step.actor and step.actor.lower() == actor.lower()]
    return ("step " if len(numbers) == 1 else "steps ") + ", ".join(numbers)


def _notes(steps: Sequence[Step]) -> list[str]:
    notes = [f"Step {step.number} names nobody who does it." for step in steps if step.actor is None]
    notes += [f"Step {step.number} waits." for step in steps if _WAITS.search(step.action)]
    notes += [f"Step {step.number} loops back to step {step.back_to}." for step in steps if step.back_to]
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        if step.condition and not (following and following.otherwise):
            notes.append(f"Step {step.number} does not say what happens otherwise.")
    return notes


def outline(steps: Sequence[Step]) -> str:
    """The workflow as a Mermaid flowchart: one node per step, a decision before each conditional one."""
    lines = ["flowchart TD", "  start([Start])"]
    open_ends = ["start"]
    for step in steps:
        lines.append(f'  s{step.number}["{_label(step)}"]')
        edges, open_ends = _connect(step, open_ends)
        lines += edges
        if step.back_to and step.back_to <= len(steps):
            lines.append(f"  s{step.number} --> s{step.back_to}")
            open_ends = [end for end in open_ends if end != f"s{step.number}"]
    return "\n".join([*lines, *(_edge(end, "finish([End])") for end in open_ends)])


def _connect(step: Step, open_ends: list[str]) -> tuple[list[str], list[str]]:
    """The edges that lead to a step, and the nodes that have no successor after it; `d` nodes are decisions."""
    node, decision = f"s{step.number}", f"d{step.number}"
    if step.condition:
        edges = [f'  {decision}{{"{_plain(step.condition)}?"}}', *(_edge(end, decision) for end in open_ends)]
        return [*edges, f"  {decision} -- yes --> {node}"], [node, decision]
    if step.otherwise and open_ends and open_ends[-1].startswith("d"):
        return [_edge(open_ends[-1], node)], [*open_ends[:-1], node]
    return [_edge(end, node) for end in open_ends], [node]


def _edge(end: str, node: str) -> str:
    return f"  {end} -- no --> {node}" if end.startswith("d") else f"  {end} --> {node}"


def _label(step: Step) -> str:
    actor = f"{step.actor}: " if step.actor else ""
    return _plain(f"{step.number}. {actor}{step.action}")


def _plain(text: str) -> str:
    return shortened(text, 80).replace('"', "'").replace("[", "(").replace("]", ")")
