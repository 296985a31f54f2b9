"""The pages: the talk page at /, the reference documentation, and a page for each problem type."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_NOT_BUILT = "The pages are not built. Run `make static`, or `make run`, which does it.\n"


def routes(static_dir: Path | None) -> list[BaseRoute]:
    """Answer the routes of the pages below a folder of built files; the package's own without one."""
    root = static_dir or Path(str(files("experience_plane") / "static"))
    if not (root / "index.html").is_file():
        return [Route("/", _not_built)]
    return [
        Route("/", _page(root / "index.html")),
        Route("/docs/http", _page(root / "docs" / "http.html")),
        Route("/docs/socket", _page(root / "docs" / "socket.html")),
        Route("/problems", _page(root / "docs" / "problems" / "index.html")),
        Route("/problems/{slug}", _problem_page(root / "docs" / "problems")),
        Mount("/", _files(root)),
    ]


def _files(root: Path) -> ASGIApp:
    files_of_root = StaticFiles(directory=root)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
        else:
            await files_of_root(scope, receive, send)

    return serve


def _page(path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    async def page(_request: Request) -> Response:
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return page


def _problem_page(folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202
    pages = {path.stem: path for path in folder.glob("*.html")}

    async def page(request: Request) -> Response:
        path = pages.get(request.path_params["slug"])
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return page


async def _not_built(_request: Request) -> Response:
    return PlainTextResponse(_NOT_BUILT)
