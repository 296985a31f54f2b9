"""Which language model the agents think with: the built-in offline model, or any provider Pydantic AI supports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class

from experience_plane.agents.offline_model import offline_model

OFFLINE = "offline"

_OPENAI_CHAT_PREFIXES = ("openai:", "openai-chat:")
_KEYLESS = "none"


class ModelNotConfigured(ValueError):
    """The model settings name no usable model; the message says what to change."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """`name` is "offline" or `provider:model`; with `base_url`, a model of an OpenAI-compatible server."""

    name: str = OFFLINE
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)


def build_model(options: ModelOptions) -> Model:
    """The model that the options name.

    Raises:
        ModelNotConfigured: the provider is unknown, its package is not installed, or its key is missing.
    """
    if options.name == OFFLINE:
        return offline_model()
    try:
        if options.base_url is not None and _is_openai_compatible(options.name):
            return _openai_compatible(options.name, options.base_url, options.api_key)
        return infer_model(options.name, provider_factory=lambda name: _provider(name, options))
    except (UserError, ImportError, TypeError, ValueError) as error:
        raise ModelNotConfigured(f"The model {options.name!r} cannot be used: {error}") from error


def _is_openai_compatible(name: str) -> bool:
    return ":" not in name or name.startswith(_OPENAI_CHAT_PREFIXES)


def _openai_compatible(name: str, base_url: str, api_key: str | None) -> Model:
    """Chat Completions, the API that compatible servers share; many of them need no key."""
    # Half a second of imports that the offline model does without.
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    for prefix in _OPENAI_CHAT_PREFIXES:
        name = name.removeprefix(prefix)
    provider = OpenAICompatibleProvider("openai-compatible", base_url=base_url, api_key=api_key or _KEYLESS)
    return OpenAIChatModel(name, provider=provider)


def _provider(name: str, options: ModelOptions) -> Provider[Any]:
    given = {"api_key": options.api_key, "base_url": options.base_url}
    settings = {key: value for key, value in given.items() if value is not None}
    return infer_provider_class(name)(**settings) if settings else infer_provider(name)
