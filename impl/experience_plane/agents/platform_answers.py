"""What the guide knows about the platform, for the offline model and as facts in every guide's instructions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from experience_plane.agents.catalog import LIAISONS


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and the questions that it is for, as a pattern on case-folded text."""

    asked: re.Pattern[str]
    text: str


def _answer(asked: str, text: str) -> Answer:
    return Answer(re.compile(asked), text)


_SPECIALISTS = "\n".join(f"- **{agent.name}**: {agent.description}" for agent in LIAISONS)

CAPABILITIES = (
    "I can bring you to four specialists, and answer what you want to know about this place:\n\n"
    f"{_SPECIALISTS}\n\n"
    "Just say what you need, or paste a text, a table or a procedure, and I will bring the right one in."
)

ANSWERS = (
    _answer(
        r"\bpassword\b",
        "For your safety I cannot see or change passwords in this conversation. Your password belongs to your "
        "account: change it in the account settings of the application you signed in with, or ask your "
        "administrator to reset it. Please never paste a password here.",
    ),
    _answer(
        r"\b(my|the|your) (account|e-?mail address|subscription|profile)\b|\bsign (in|out|up)\b|\blog (in|out)\b",
        "Your account is managed in the account settings of the application you signed in with; I cannot change it "
        "from this conversation. If you are locked out, your administrator can help.",
    ),
    _answer(
        r"\b(file|document) ?(types?|formats?)\b|\b(photos?|images?|pictures?|excel|powerpoint|size)\b"
        r"|\b(do you|can you|can i) (support|accept|paste|take)\b|\bhow (big|large)\b",
        "At the moment everything works on text that you paste into the conversation: plain text and Markdown for "
        "documents, CSV, tab- or semicolon-separated and Markdown tables for data (copying cells from a spreadsheet "
        "works well), and procedures as numbered lists or plain sentences. Pictures and binary files such as PDF "
        "cannot be read yet: please paste their text.",
    ),
    _answer(
        r"\b(privacy|private|confidential|shared|safe|secure|stored|visible)\b|\bwho (can|could|will)\b.*\b(see|read)\b"
        r"|\bcan (my|other|any)\w*\b.*\b(see|read)\b|\bdo you (keep|store|save)\b",
        "Your conversations belong to you, inside your own workspace (your tenant). Other companies on the platform "
        "have no access to them. What you paste is kept in the conversation's history so that we can go on where we "
        "stopped, and the agents read it only to answer you. With the built-in offline model nothing leaves this "
        "service; if your administrator has configured an external language model, the conversation is sent to it.",
    ),
    _answer(
        r"\bdiffer(s|ent|ence|ences)?\b|\brelate\b",
        "The realms differ in what they work on:\n\n"
        "- **Content** is about documents: what do my texts say, and where?\n"
        "- **Insights** is about tables: what do my numbers say, and can I trust them?\n"
        "- **Journey** is about procedures: who does what, in which order?\n"
        "- **Outcomes** is about results: what did we find, and how do I pass it on?",
    ),
    _answer(
        r"\b(an? |are )outcomes?\b",
        "An **outcome** is the result of a session that you can pass on, such as a summary of what was asked, what was "
        "found and what is still open. The Outcomes liaison puts it together.",
    ),
    _answer(
        r"\b(an? |are )insights?\b",
        "An **insight** is something your data tells: how complete a table is, which values stand out, what the "
        "columns hold. Paste a table and the Insights liaison profiles it.",
    ),
    _answer(
        r"\b(an? |are )journeys?\b",
        "A **journey** is a procedure made visible: its steps, who does each, and where it branches or loops. Paste a "
        "procedure and the Journey liaison turns it into a workflow.",
    ),
    _answer(
        r"\b(a |are |the )?(liaisons?|realms?|concierge|guide)\b|\bwhich of you\b",
        f"I am the **Concierge**, the guide. Behind me are four liaisons, one per realm:\n\n{_SPECIALISTS}",
    ),
    _answer(
        r"\b(handed|passed|sent|transferred|moved|switched)\b",
        "I hand you over when a specialist can do more for your request than I can: each knows one realm and has its "
        "own tools. The reason is shown with every handover, and you can come back to me at any time by asking "
        "about the platform.",
    ),
    _answer(
        (
            r"\b(who|what) (are you|am i)\b|\b(am i|are we) (talking|speaking|chatting)\b|\bare you\b|"
            r"\bintroduce yourself\b"
        ),
        "I am the **Concierge**, the guide of this platform: a program, not a person. I answer questions about the "
        "platform and bring you to the specialist who can help.",
    ),
    _answer(
        (
            r"\bnew here\b|\b(start|begin|started)\b|\bshow me around\b|\btour\b|\bnot sure\b|"
            r"\bno idea\b|\bropes\b|\bdon'?t know\b"
        ),
        "Happy to show you around. The quickest way in is to try one of these:\n\n"
        "1. Paste a table (CSV) and ask: *profile this table*.\n"
        "2. Paste a procedure and ask: *turn this into a workflow*.\n"
        "3. Paste a document and ask: *find the passage about …*.\n"
        "4. At the end ask: *summarise this conversation*.",
    ),
    _answer(
        r"\blanguages?\b",
        "I understand English best. Tables, procedures and documents may be in other languages; the search finds "
        "words in any of them.",
    ),
    _answer(
        r"\b(thanks|thank you|thx|cheers|appreciated|goodbye|good bye|bye|see you|that'?s all)\b",
        "You're welcome! Our conversation is kept, so you can come back to it whenever you like.",
    ),
    _answer(
        r"^\W*(hello|hi|hey|good (morning|afternoon|evening|day)|greetings|howdy)\W*( there)?\W*$",
        f"Hello, and welcome! {CAPABILITIES}",
    ),
    _answer(
        (
            r"\bhelp\b|\bwhat\b.*\b(can|could|do) you\b|\bplatform\b|\bwhat is this\b|\bthis (about|"
            r"place)\b|^\W*(hello|hi|hey|good)\b"
        ),
        CAPABILITIES,
    ),
)

UNSURE = (
    "I am not sure I understood that. Could you say it in other words, or tell me what you would like to work with: "
    "a document, a table, a procedure, or a summary?"
)


def answer_about_platform(text: str) -> str:
    """The best answer to a question about the platform; asks back when none fits."""
    asked = " ".join(text.casefold().replace("\u2019", "'").split())
    return next((answer.text for answer in ANSWERS if answer.asked.search(asked)), UNSURE)
