"""The known thing: a bare FastAPI handler on the same server that streams as many frames of the same size."""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
_IDS = '"conversation_id":"0198c0de-a9f2-7c3e-8f4b-1a2b3c4d5e6f","run_id":"0198c0de-b000-7c3e-8f4b-1a2b3c4d5e6f"'
_AT = '"at":"2026-11-23T12:00:01.000001Z"'
_TOKEN = f'{{"type":"agent.token",{_IDS},"seq":%d,"cursor":%d,{_AT},"delta":"sixteen letters."}}'
_END = f'{{"type":"agent.completed",{_IDS},"seq":203,"cursor":203,{_AT},"text":"done"}}'


@app.websocket("/")
async def stream(websocket: WebSocket) -> None:
    """Answer each message with 200 pieces and an end."""
    await websocket.accept()
    try:
        while True:
            await websocket.receive_text()
            for number in range(200):
                await websocket.send_text(_TOKEN % (number, number))
            await websocket.send_text(_END)
    except WebSocketDisconnect:
        return


if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        http="httptools",
        ws="websockets-sansio",
        loop="uvloop",
        ws_per_message_deflate=False,
    )
