"""Serve an application on this machine, beside other work, until its block ends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from scanrefund.errors import UsageFault

# The public end is a web server that holds the shop's certificate; nothing else reaches this port.
LOOPBACK: Final = "127.0.0.1"
BACKLOG: Final = 64
# Longer than a notice takes to be kept; one that is cut off comes again.
STOP_S_MAX: Final = 5.0
# A page has a few streams and calls open; hundreds of connections are an accident or an attack.
CONNECTIONS_MAX: Final = 200


@contextmanager
def served(app: ASGIApp, port: int, on_stop: Callable[[], None] = lambda: None) -> Iterator[int]:
    """Listen on a loopback port, 0 for a free one, and give its number. Raises UsageFault for one in use.

    `on_stop` is called first when the block ends: streams that would go on for ever end then.
    """
    try:
        listener = socket.create_server((LOOPBACK, port), backlog=BACKLOG)
    except OSError as taken:
        raise UsageFault("port_in_use", port=port) from taken
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=int(STOP_S_MAX) - 1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        on_stop()
        server.should_exit = True
        thread.join(STOP_S_MAX)
