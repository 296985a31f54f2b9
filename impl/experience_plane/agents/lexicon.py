"""The words by which a request is told apart: weighted patterns per agent, and the verbs that open a task.

A weight of 3 settles the matter alone, 2 is strong, 1 a hint. Patterns are matched on case-folded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Pattern = tuple[re.Pattern[str], float]


def _patterns(*weighted: tuple[float, str]) -> tuple[Pattern, ...]:
    return tuple((re.compile(expression), weight) for weight, expression in weighted)


SMALL_TALK = _patterns(
    (3, r"^\W*(hello|hi|hey|good (morning|afternoon|evening|day)|greetings|howdy)\b"),
    (4, r"\b(thanks|thank you|thx|cheers|goodbye|good bye|bye|see you|that'?s all)\b"),
    (3, r"^\W*(please )?help( me)?( please)?\W*$"),
    (5, r"\b(who|what) (are you|am i (talking|speaking|chatting) (to|with))\b|\bare you (a|an|my|human|real)\b"),
    (5, r"\b(am i|are we) (talking|speaking|chatting) (to|with)\b|\bhuman or (a )?(bot|machine|robot)\b"),
)

PLATFORM = _patterns(
    (
        5,
        (
            r"\b(maximum|largest|max) (file )?size\b|\bhow (big|large) (can|may)\b|\bsize limit\b|"
            r"\b(what|which) languages\b"
        ),
    ),
    (
        5,
        (
            r"\bwho (can|could|will)\b.*\b(see|read)\b|\bcan (my|other|any)\w* (\w+ )?(see|read)\b|"
            r"\bdo you (keep|store|save)\b"
        ),
    ),
    (
        4,
        (
            r"\b(which|who) of you\b|\bwhat is this (place|site|app)\b|\bthe ropes\b|\bwhat (is|"
            r"does) the (concierge|guide)\b"
        ),
    ),
    (4, r"\bwho is (the|my) (concierge|guide|\w+ liaison)\b|\bfree of charge\b|\bwhat does (it|this) cost\b"),
    (3, r"\bwhat (all )?(can|could|do) you (do|help|offer)\b|\bhow can you help\b|\bwhat (kinds?|sorts?) of things\b"),
    (
        4,
        (
            r"\b(my|the|a|your) (password|account|log-?in|profile picture|e-?mail address|"
            r"subscription)\b(?! (column|field))"
        ),
    ),
    (2, r"\bpassword\b|\bsign (in|out|up)\b|\blog (in|out)\b"),
    (5, r"\b(difference|differences) between\b.*\b(content|insights?|journeys?|outcomes?|guide|liaisons?|realms?)\b"),
    (5, r"\bhow (do|does|are|is)\b.*\b(content|insights?|journeys?|outcomes?)\b.*\b(differ|different|relate)\w*\b"),
    (
        5,
        (
            r"\b(explain|what is|what's|what are|meaning of|mean by)\b.*\b(an? |the )?(outcomes?|"
            r"insights?|journeys?|realms?|"
            r"liaisons?|guides?|platform)\b.*(platform|here|mean|is|are|\?|$)(?<!data)(?<!data\?)"
        ),
    ),
    (3, r"\bnot sure (what|where|how|which)\b|\bno idea (how|what|where)\b|\bdon'?t know (what|where|how)\b"),
    (
        4,
        (
            r"\b(new here|where (do|should|can) i (start|begin)|how (do|to|should) (i )?(start|begin)|"
            r"get(ting)? started)\b"
        ),
    ),
    (
        4,
        r"\b(show|walk|take) me (around|through (this|the) (platform|place|product))\b|\b(quick|short|guided)? ?tour\b",
    ),
    (4, r"\b(which|what) (file|document) ?(types?|formats?)\b|\b(file|document) (types?|formats?) (do|can|are)\b"),
    (3, r"\b(do you|can you|can i) (support|accept|paste|take|handle)\b"),
    (
        4,
        (
            r"\b(is|are) my (data|documents?|files?|messages?|conversations?) (shared|safe|private|"
            r"secure|visible|stored|kept)"
        ),
    ),
    (4, r"\bwho (can|could|will|gets? to) (see|read|access)\b|\bprivacy\b(?! (policy|notice|clause))|\bconfidential\b"),
    (
        5,
        (
            r"\b(handed|passed|sent|transferred|moved|switched) (me |over )?(to|over)\b.*\b(someone|"
            r"somebody|other|another|else)"
        ),
    ),
    (4, r"\bhow does (this|the) (platform|product|place|service|tool|thing)\b|\bthis (platform|product)\b"),
)

CONTENT = _patterns(
    (1.5, r"\b(in|of|through) (my|the|our|all|these|your) (\w+ )?(documents|files|texts|notes)\b"),
    (2, r"\b(texts?|pages?|excerpts?|wordings?|sentences?|terms|appendix|annex)\b(?! (message|column))"),
    (
        1.5,
        r"\b(nda|tender|specification|specs|brief|newsletter|e-?mails?|statute|regulations?|guidelines?|book|memos?)\b",
    ),
    (
        2.5,
        r"\bwhere does (it|he|she|the \w+) (say|state|mention|define)\b|\b(cover|define|address)(s|ed)?\b.*\bclause\b",
    ),
    (2, r"\b(look (for|through|in)|pull up|get me the|fetch|store|keep|i (have )?(pasted|shared|given you)|scan)\b"),
    (2, r"\bthe word\b|\bkeywords?\b|\bthe term\b"),
    (2, r"\b(documents?|files?|pdfs?|docx?|attachments?|folders?|librar(y|ies))\b|\.(pdf|docx?|txt|md)\b"),
    (2, r"\b(paragraphs?|passages?|clauses?|sections?|chapters?|quote[sd]?|citations?|wording)\b"),
    (
        1.5,
        (
            r"\b(contracts?|handbooks?|manuals?|polic(y|ies)|notes|minutes|leases?|agreements?|brochures?|letters?|"
            r"price lists?|articles?|transcripts?|warranty|gdpr)\b"
        ),
    ),
    (2.5, r"\b(upload(ed|ing)?|import(ed|ing)?|rename|delete|search(ed|ing)?|look up|attach|archive)\b"),
    (1.5, r"\b(remove|open|read|get rid of|find|add|move)\b"),
    (3, r"\bwhere (did|do|does|is|was|are)\b.*\b(mention(ed|s)?|say|said|stated|written|says)\b|\bmention(s|ed)?\b"),
    (2.5, r"\b(talks?|says?|said|stated?|anything|written) (about|on|regarding)\b|\bwhat does\b.*\bsay\b|\bin which\b"),
    (1, r"\bspreadsheets?\b"),
)

INSIGHTS = _patterns(
    (2.5, r"\bhow (often|frequent\w*|long)\b|\b(time )?series\b|\b(group|grouped|sort|rank|split)(ed|s)?\b.*\bby\b"),
    (2, r"\b(biggest|cheapest|fastest|slowest|oldest|youngest|average|gaps?|frequency|frequencies)\b"),
    (1.5, r"\b(data ?(set|base)?|exports?|dates?|values?|measurements?|samples?|survey|log|kpis?|prices?|orders)\b"),
    (
        2,
        (
            r"\b(valid|invalid|weird|odd|strange|unusual|wrong|suspicious) (values?|entries|dates?|"
            r"numbers?)\b|\ball valid\b"
        ),
    ),
    (
        2.5,
        r"\b(sold|sells?|performed|grew|grows?|rose|fell|dropped) (the )?(best|worst|most|least|fastest|more|less)\b",
    ),
    (
        2,
        (
            r"\b(which|what) (day|week|month|quarter|year|region|country|product|customer|team)s?\b|"
            r"\btop (ten|five|three)\b"
        ),
    ),
    (2, r"\b(related to|depends? on|forecast|predict|growth|variance|maximum|minimum|sum of|total of|ratio)\b"),
    (2, r"\b(csv|tsv|xlsx?|tables?|columns?|rows?|records?|datasets?|fields?|cells?)\b"),
    (
        3,
        (
            r"\b(outliers?|anomal(y|ies)|averages?|means? and|the mean|medians?|standard deviation|"
            r"correlat\w+|distribution|"
            r"histograms?|percentiles?|regression|null values?|statistics?)\b"
        ),
    ),
    (
        2.5,
        r"\b(profile|plot|charts?|graphs?|trends?|duplicate[sd]?( \w+)?|data quality|analy[sz]e|calculate|compute)\b",
    ),
    (
        2.5,
        (
            r"\b(what|which) (share|percentage|proportion|fraction)\b|\bpercent(age)?\b|\bhow many\b|"
            r"\bhow much\b|\bcount\b"
        ),
    ),
    (1.5, r"\b(data|numbers|figures|metrics?|revenue|turnover|sales|costs?|income|amounts?|totals?|sum|readings)\b"),
    (1.5, r"\b(by|per|for each|each) (day|week|month|quarter|year|region|country|customer|department|team|product)\b"),
    (1.5, r"\b(highest|lowest|most|least|largest|smallest|top \d+|bottom \d+|compare|empty|missing|complete|clean)\b"),
    (1.5, r"\b(extracts?|spreadsheets?|quality|trust|insights?|break down|customers)\b"),
    (3, r"\binsights\b.*\b(from|in|about) (my|our|the|this) (data|table|numbers|sales)\b"),
)

JOURNEY = _patterns(
    (2.5, r"\bhow (an?|the|our|each|every) \w+ (is|are|gets?) (handled|processed|approved|made|done)\b|\btrace how\b"),
    (
        2.5,
        (
            r"\b(stages?|phases?|activit(y|ies)|tasks?|path|route|lifecycle|life cycle|journey|"
            r"diagram) (of|for|can|in|from|that)\b"
        ),
    ),
    (
        2.5,
        r"\b(travels?|moves?|flows?|goes|go|passes|pass|gets?) (\w+ )?(from|through)\b|\bin parallel\b|\bsequence of\b",
    ),
    (2, r"\b(diagrams?|decision|gateway|recruitment|expenses|signs? off|automate|hand(s|ed)? over)\b"),
    (
        2,
        (
            r"\bhow (is|are|does|do) (an?|the|our|we|my) \w+.*\b(handled|processed|approved|work|run|"
            r"travel|proceed|done)\b"
        ),
    ),
    (2, r"\bafter\b.+\b(the|an?) \w+ \w+s\b.+\b(and|,) (the|an?) \w+ \w+s\b|\bresponsib(le|ility|ilities)\b"),
    (3, r"\b(workflows?|bpmn|sops?|flow ?charts?|swim ?lanes?|procedures?|process map|user journeys?)\b"),
    (2.5, r"\b(process(es)?|steps?|dead ends?|bottlenecks?)\b"),
    (3, r"\bwho (does|approves?|signs?|handles?|checks?|decides?|is responsible|reviews?)\b|\b(which|what) roles?\b"),
    (3, r"\bwhat (happens|comes|follows) (after|before|next|when|if|once)\b"),
    (2.5, r"\bfrom (start|beginning|\w+) to (end|finish|delivery|\w+ment)\b|\bmap (out|the|its|our|how)\b|\bmap out\b"),
    (2, r"\b(approv(al|e|es|ed|als)|escalat\w+|sign-?off|hand-?offs?|loops?|lanes?|actors?|waits? for|is released)\b"),
    (3, r"\bfirst\b.+\bthen\b|\b(and|,) then\b.+\b(approves?|checks?|sends?|signs?|reviews?|escalates?)\b"),
    (2, r"\b(model|draw|visuali[sz]e|sketch|diagram)\b(?!.*\b(chart|plot|graph|distribution)\b)"),
    (1.5, r"\b(onboarding|offboarding|hiring|shipping|returns|refunds?|complaints?|claims?|is handled|order to)\b"),
    (
        1.5,
        (
            r"\b(insert|add) (an? )?(\w+ )?(step|review|check|approval|gateway)\b|\bwhere (is|does|"
            r"do)\b.*\b(slow|loop|stuck)"
        ),
    ),
)

OUTCOMES = _patterns(
    (3, r"\b(bottom line|upshot)\b"),
    (
        3,
        (
            r"\b(takeaways?|take-aways?|tl;?dr|gist|handouts?|memo for|minutes of (this|our|"
            r"the) (session|talk|chat|meeting)|"
            r"closing|in a nutshell|key points?|highlights|bullet points)\b"
        ),
    ),
    (
        2.5,
        r"\b(unresolved|unanswered|outstanding|open (questions?|points?|issues?)|next steps|action items|to-?dos?)\b",
    ),
    (2, r"\b(ceo|cfo|director|executives?|audience|team meeting|meeting)\b|\b(our|this) talk\b|\bso far\b"),
    (
        2,
        r"\b(final|finished|closing|concluding) (document|version|result|paper|report)\b|\bdecisions? (were|was|did)\b",
    ),
    (2, r"\b(we|you) worked out\b|\bput (it|this|that|everything|all)( all)?( together)? (in|into)\b"),
    (
        3,
        (
            r"\b(summar(y|ies|i[sz]e[sd]?|i[sz]ing)|recap|wrap(s|ping)? up|conclusions?|conclude|"
            r"deliverables?|write-?up)\b"
        ),
    ),
    (
        2.5,
        (
            r"\b(reports?|presentations?|slides?|slide deck|executive|one-?pagers?|one-page|briefing|publish)\b"
            r"(?! on\?)"
        ),
    ),
    (
        3,
        (
            r"\bwrite (it|this|that|everything|all) up\b|\bwhat (did|have) we (achieve|produce|find|"
            r"learn|do|accomplish|"
            r"discuss|decide)\w*\b"
        ),
    ),
    (
        2,
        (
            r"\bwe (found|produced|achieved|discussed|learned|learnt|decided|talked about)\b|\b(our|"
            r"the) (findings|results)\b"
        ),
    ),
    (1.5, r"\b(boss|board|management|manager|steering committee|stakeholders?|client)\b"),
    (1.5, r"\b(draft|compose|deliver|results?|final|findings|prepare|share)\b"),
    (2, r"\b(this|our|the|today'?s) (conversation|session|chat|discussion|talk)\b"),
    (3, r"\b(still open|left open|remains? (to|open)|left to do)\b|\bbefore we (can )?(deliver|hand)\b"),
    (4, r"\btogether in(to)? one (document|file|report|pdf)\b|\bcreate a (pdf|document) (with|of|from)\b"),
    (2, r"\beverything we\b"),
)

VERBS_BY_AGENT = {
    "liaison.content": "upload import add search read open find look quote delete rename remove attach move file fetch",
    "liaison.insights": "profile analyse analyze plot chart count calculate compute compare check measure graph clean "
    "examine tell show",
    "liaison.journey": "map model draw turn convert design diagram make create build find sketch outline visualise "
    "visualize",
    "liaison.outcomes": "summarise summarize write report publish draft prepare give compose send recap wrap present "
    "deliver create make put share list produce",
}

_OPENING = re.compile(
    r"^(?:(?:and|then|also|please|now|finally|first|next|can you|could you|i want to|i'd like to)\s+)+"
)
_SEPARATOR = re.compile(r"\s*[,;.]\s+(?:and\s+)?(?:then\s+)?|\s+and\s+(?:then\s+)?|\s+then\s+")


def clauses(text: str) -> Iterator[str]:
    """The parts of a request that commas, `and` and `then` separate, without opening courtesies."""
    for part in _SEPARATOR.split(text):
        yield _OPENING.sub("", part.strip())
