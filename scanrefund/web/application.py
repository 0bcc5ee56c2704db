"""The page put together: guard, routes, and the one place where a fault becomes an answer."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route as Address
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from scanrefund.crash import record
from scanrefund.errors import Fault, UsageFault
from scanrefund.staff_desk import SignInFault
from scanrefund.web import signing_in
from scanrefund.web.api.application import application as api
from scanrefund.web.call import Call, Needs, Reply, Route
from scanrefund.web.faults import told, told_unexpected
from scanrefund.web.fields import NOTHING, read_fields
from scanrefund.web.guard import Guard
from scanrefund.web.notices import application as notices
from scanrefund.web.routes import ROUTES
from scanrefund.web.sessions import Session
from scanrefund.web.site import Site

CSRF_HEADER: Final = "x-csrf-token"
_START: Final = "/desk/start"
_METHODS: Final = ("GET", "POST")

Endpoint = Callable[[Request], Awaitable[Response]]


def application(site: Site) -> ASGIApp:
    """The page behind its guard; beside it tills with their tokens, and the wallets' notices, which prove
    themselves and are the shop's, whoever practises here meanwhile.
    """
    page = Guard(Router(_addresses(site), redirect_slashes=False, default=_unknown))
    beside: dict[str, ASGIApp] = {"/notices/": notices(site.shop.house.notices), "/api/": api(site)}

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        app = next((app for start, app in beside.items() if path.startswith(start)), page)
        await app(scope, receive, send)

    return served


def _addresses(site: Site) -> list[Address]:
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    return [
        Address(path, _endpoint(site, routes), methods=list(_METHODS)) for path, routes in by_path.items()
    ]


async def _unknown(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await told(UsageFault("address_unknown"), "")(scope, receive, send)


def _endpoint(site: Site, routes: dict[str, Route]) -> Endpoint:
    """One address: its faults are told in the language of the page, and nothing else leaves."""

    async def endpoint(request: Request) -> Response:
        session = site.sessions.of(request.cookies.get(_cookie(request), ""), site.now())
        language = session.language if session else site.settings.language
        try:
            return await _answered(site, _of_method(routes, request), request, session)
        except SignInFault as fault:
            return told(fault, language, signing_in.tries_of(fault.sign_in))
        except Fault as fault:
            return told(fault, language)
        except Exception as error:  # noqa: BLE001  (the door: whatever nobody expected ends here)
            return told_unexpected(error, site.settings.home, language)

    return endpoint


def _of_method(routes: dict[str, Route], request: Request) -> Route:
    route = routes.get(request.method)
    if route is None:
        raise UsageFault("method_wrong")
    return route


async def _answered(site: Site, route: Route, request: Request, session: Session | None) -> Response:
    admitted = _admitted(site, route, request, session)
    fields = await read_fields(request, route.bytes_max) if route.method == "POST" else NOTHING
    call = Call(site, admitted, dict(request.path_params), dict(request.query_params), fields)
    answer = await run_in_threadpool(_handled, route, call)
    if isinstance(answer, StreamingResponse):
        answer.body_iterator = _to_its_end(site, answer.body_iterator)
    if isinstance(answer, Response):
        return answer
    reply = answer if isinstance(answer, Reply) else Reply(answer)
    response = JSONResponse(reply.document, reply.status)
    given = reply.session or (admitted if request.url.path == _START and admitted is not session else None)
    if given is not None:
        response.set_cookie(_cookie(request), given.token, path="/", httponly=True, samesite="strict")
    return response


def _admitted(site: Site, route: Route, request: Request, session: Session | None) -> Session:
    """The session a call goes on with. Raises UsageFault where it may not go on; nothing was read yet."""
    if session is None:
        if route.needs is not Needs.NOBODY:
            raise UsageFault("not_signed_in")
        return _stranger(site, request)
    if route.method == "POST" and not session.knows(request.headers.get(CSRF_HEADER, "")):
        raise UsageFault("csrf_wrong")
    if route.needs in (Needs.NOBODY, Needs.PAGE):
        return session
    if session.person is None:
        raise UsageFault("not_signed_in")
    if session.locked and route.needs is Needs.PERSON:
        raise UsageFault("page_locked")
    return session


def _stranger(site: Site, request: Request) -> Session:
    """A page's first call begins its session; its files need none."""
    if request.url.path == _START:
        return site.sessions.open(site.settings.language, site.now())
    return Session(site.settings.language, site.now(), site.now())


def _handled(route: Route, call: Call) -> Any:
    """On a thread of the pool: ledger and wallets may be waited for."""
    if route.needs in (Needs.SOMEBODY, Needs.PERSON):
        _still_here(call)
    if route.method == "POST" and route.by_hand:
        call.site.sessions.touch(call.session, call.now())
    return route.handler(call)


def _still_here(call: Call) -> None:
    """Whoever was disabled or got another role meanwhile is so at once."""
    person = call.site.house.staff.find(call.person.staff_id)
    if person is None or not person.active:
        call.site.sessions.end(call.session)
        raise UsageFault("not_signed_in")
    call.session.person = person


async def _to_its_end(site: Site, stream: AsyncIterable[Any]) -> AsyncIterator[Any]:
    """A stream that breaks just ends: the page comes back by itself."""
    try:
        async for chunk in stream:
            yield chunk
    except Fault:
        return
    except Exception as error:  # noqa: BLE001  (the door: whatever nobody expected ends here)
        record(error, site.settings.home)


def _cookie(request: Request) -> str:
    """Cookies do not know ports: two counters on one machine would take each other's."""
    server = request.scope.get("server")
    return f"scanrefund_{server[1] if server else 0}"
