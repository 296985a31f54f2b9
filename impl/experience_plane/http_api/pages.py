"""The pages: the talk page at /, the reference documentation, and a page for each problem type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

_NOT_BUILT = "The pages are not built. Run `make static`, or `make run`, which does it.\n"


def routes(static_dir: Path | None) -> list[BaseRoute]:
    """Answer a route for each built file of a folder, the package's own without one.

    One for each, and nothing that takes any path: what is not there is the application's 404, and what is there with
    another method its 405.
    """
    root = static_dir or Path(str(files("experience_plane") / "static"))
    if not (root / "index.html").is_file():
        return [Route("/", _not_built)]
    built = (path for path in sorted(root.rglob("*")) if path.is_file())
    return [Route(_address(path, root), _page(path)) for path in built]


def _address(path: Path, root: Path) -> str:
    """Where a file is served: pages without their ending, an index at its folder, problems at their type."""
    if path.suffix != ".html":
        return "/" + path.relative_to(root).as_posix()
    place = path.relative_to(root).with_suffix("")
    if place.parts[:2] == ("docs", "problems"):
        place = place.relative_to("docs")
    return "/" + "/".join(part for part in place.parts if part != "index")


def _page(path: Path) -> Callable[[Request], Awaitable[Response]]:
    async def page(_request: Request) -> Response:
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return page


async def _not_built(_request: Request) -> Response:
    return PlainTextResponse(_NOT_BUILT)
