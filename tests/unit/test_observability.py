"""What a log line must not hold."""

from __future__ import annotations

import pytest

from experience_plane.observability import redact


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
        "epp_4f9WcQk2Zq0000000000000000",
        "epr_4f9WcQk2Zq0000000000000000",
        "ept_4f9WcQk2Zq0000000000000000",
    ],
)
@pytest.mark.parametrize("text", ["{}", "GET /x?q={} failed", "a={}", "(at {}, again)"])
def test_a_token_inside_a_text_is_not_logged(secret: str, text: str) -> None:
    event = redact(None, "info", {"note": text.format(secret), "deep": [{"more": text.format(secret)}]})
    assert secret not in str(event)
    assert "[redacted]" in str(event["note"])


def test_what_no_secret_is_stays() -> None:
    event = {"path": "/api/auth/me", "status": 200, "keep": "an epigraph of Ada's"}
    assert redact(None, "info", dict(event)) == event
