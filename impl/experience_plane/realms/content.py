"""Content: finds passages in the texts that were pasted into the conversation."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from experience_plane.realms.result import MaterialMissing, RealmResult, counted, shortened

_DOCUMENT_FROM = 160
_HITS_MAX = 5
_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75
_WORD = re.compile(r"\w+", re.UNICODE)
_PHRASE = re.compile(
    r"[\"\u201c\u2018\u00ab]([^\"\u201d\u2019\u00bb]{2,80})[\"\u201d\u2019\u00bb]|(?<!\w)'([^']{2,80})'(?!\w)"
)
_ASKING_WORDS = """
    a about add all am an and any anything are archive at be been by can could delete did do does document documents
    every everything file files find for from get give have here how i import in into is it its library look me
    mention mentioned mentions my of on open or our paragraph paragraphs part passage passages paste pasted please quote
    read remove rename say says search section sentence show talk talks tell text texts that the their them there these
    this those to up upload uploaded us was we were what when where which who why will with would you your first last
    contain contains containing note notes list
"""
_ASKING = frozenset(_ASKING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Document:
    """A pasted text; `title` is its first line."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def words(self) -> int:
        """The number of words in all paragraphs."""
        return sum(len(_WORD.findall(paragraph)) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that matches; `number` counts from 1 within its document."""

    document: str
    number: int
    text: str
    score: float


def search_documents(query: str, texts: Sequence[str]) -> RealmResult:
    """Search the documents among `texts` for the query's words; without any such word, list the documents.

    Raises:
        MaterialMissing: no text is long enough to be a document.
    """
    documents = documents_in(texts)
    if not documents:
        raise MaterialMissing(
            "I have no text to search yet: please paste the document, or the part that matters, into the conversation."
        )
    terms = search_terms(query)
    if not terms:
        return _listing(documents)
    return _report(terms, find_passages(terms, documents), documents)


def documents_in(texts: Sequence[str]) -> tuple[Document, ...]:
    """The texts that are long enough to be documents rather than talk, without repetitions."""
    documents = (_document(text) for text in dict.fromkeys(texts) if is_document(text))
    return tuple(document for document in documents if document.paragraphs)


def is_document(text: str) -> bool:
    """Whether a message carries material: some sentences or lines, not only a request."""
    return len(text) >= _DOCUMENT_FROM or text.strip().count("\n") >= 2


def search_terms(query: str) -> tuple[str, ...]:
    """The words to look for: a quoted phrase's if there is one, else all that are not part of the asking."""
    quoted = " ".join(part for match in _PHRASE.findall(query) for part in match)
    words = (word.lower() for word in _WORD.findall(quoted or query))
    return tuple(dict.fromkeys(_stem(word) for word in words if quoted or word not in _ASKING))


def find_passages(terms: Sequence[str], documents: Sequence[Document]) -> list[Passage]:
    """The best paragraphs for the terms, ranked by BM25 (Robertson and Zaragoza, 2009)."""
    paragraphs = [
        (document.title, number, paragraph, Counter(_stem(word.lower()) for word in _WORD.findall(paragraph)))
        for document in documents
        for number, paragraph in enumerate(document.paragraphs, 1)
    ]
    mean_length = sum(counts.total() for *_, counts in paragraphs) / len(paragraphs)
    weights = {term: _rarity(sum(term in counts for *_, counts in paragraphs), len(paragraphs)) for term in terms}
    passages = [
        Passage(title, number, paragraph, _score(counts, weights, mean_length))
        for title, number, paragraph, counts in paragraphs
    ]
    found = [passage for passage in passages if passage.score > 0]
    return sorted(found, key=lambda passage: passage.score, reverse=True)[:_HITS_MAX]


def _document(text: str) -> Document:
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text) if block.strip()]
    if len(blocks) == 1:
        blocks = [line.strip() for line in text.splitlines() if line.strip()]
    title = shortened(blocks[0], 60) if blocks else ""
    return Document(title, tuple(blocks))


def _rarity(containing: int, total: int) -> float:
    return math.log(1 + (total - containing + 0.5) / (containing + 0.5))


def _score(counts: Counter[str], weights: dict[str, float], mean_length: float) -> float:
    norm = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * counts.total() / max(mean_length, 1))
    return sum(
        weight * counts[term] * (_SATURATION + 1) / (counts[term] + norm)
        for term, weight in weights.items()
        if counts[term]
    )


def _stem(word: str) -> str:
    """Strips English endings so that fee meets fees, and terminate meets termination."""
    for ending in ("ations", "ation", "ating", "ated", "ates", "ate", "ings", "ing", "ies", "es", "ed", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _listing(documents: Sequence[Document]) -> RealmResult:
    lines = [f"{number}. {document.title} ({document.words:,} words)" for number, document in enumerate(documents, 1)]
    summary = f"This conversation holds {counted(len(documents), 'text')}."
    return RealmResult(summary, f"{summary}\n\n" + "\n".join(lines) + "\n\nTell me what to look for in them.")


def _report(terms: Sequence[str], passages: Sequence[Passage], documents: Sequence[Document]) -> RealmResult:
    searched = counted(len(documents), "text")
    if not passages:
        summary = f"No passage matches in {searched}."
        return RealmResult(summary, f"{summary} Try another word for it, or paste the text it should be in.")
    summary = f"Found {counted(len(passages), 'matching passage')} in {searched}."
    quotes = "\n\n".join(_quote(passage, terms) for passage in passages)
    return RealmResult(summary, f"{summary}\n\n{quotes}")


def _quote(passage: Passage, terms: Sequence[str]) -> str:
    def marked(match: re.Match[str]) -> str:
        return f"**{match[0]}**" if _stem(match[0].lower()) in terms else match[0]

    text = _WORD.sub(marked, shortened(passage.text, 600))
    return f"*{passage.document}*, paragraph {passage.number}:\n> {text}"
