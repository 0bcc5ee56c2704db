"""The API put together: guard, tokens, idempotency keys; the one place where a fault becomes its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as Address
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from scanrefund.errors import Fault, UsageFault
from scanrefund.model.till import Till
from scanrefund.staff_desk import SignInFault
from scanrefund.till_desk import KEY_CHARS_MAX
from scanrefund.web.api import door
from scanrefund.web.api.call import ROOT, Answer, ApiRoute, Open, TillCall
from scanrefund.web.api.routes import OPEN, ROUTES
from scanrefund.web.api.shapes import SHAPES
from scanrefund.web.api.tokens import TokenGate, bearer
from scanrefund.web.call import Call
from scanrefund.web.fields import NOTHING, Fields, read_fields
from scanrefund.web.guard import Guard
from scanrefund.web.sessions import Session
from scanrefund.web.signing_in import tries_of
from scanrefund.web.site import Site

# What proves a person is no part of the wish: a code of the moment is another one half a minute later.
_PROOFS: Final = frozenset({"approval", "clerk"})


def application(site: Site) -> ASGIApp:
    """Everything under `/api/`, behind a guard of its own: tills are let in, browsers are not."""
    gate = TokenGate(site.house.tills)
    # A till's refund is the shop's: while its counter is the practice counter, none is taken.
    is_away = site.shop is not site
    addresses = [] if is_away else _addresses(site, gate)
    unknown = partial(_told, site, "training_now" if is_away else "address_unknown")
    router = Router(addresses, redirect_slashes=False, default=unknown)

    def tell(fault: Fault, scope: Scope) -> Response:
        return door.told(fault, door.language_of(Request(scope).headers, site.settings.language))

    return Guard(router, door.from_a_browser, tell)


def _addresses(site: Site, gate: TokenGate) -> list[Address]:
    by_path: dict[str, dict[str, ApiRoute]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    tills = [Address(ROOT + path, _endpoint(site, gate, routes)) for path, routes in by_path.items()]
    return [*tills, *(Address(ROOT + path, _readable(site, handler)) for path, handler in OPEN.items())]


async def _told(site: Site, code: str, scope: Scope, receive: Receive, send: Send) -> None:
    language = door.language_of(Request(scope).headers, site.settings.language)
    await door.told(UsageFault(code), language)(scope, receive, send)


class _Endpoint:
    """One address as Starlette takes it for any method: ours decide, so that a fault has our own form."""

    def __init__(self, answer: Callable[[Request], Awaitable[Response]], site: Site) -> None:
        self._answer = answer
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        response = await self._told(request)
        await response(scope, receive, send)

    async def _told(self, request: Request) -> Response:
        language = door.language_of(request.headers, self._site.settings.language)
        try:
            return await self._answer(request)
        except SignInFault as fault:
            return door.told(fault, language, tries_of(fault.sign_in))
        except Fault as fault:
            return door.told(fault, language)
        except Exception as error:  # noqa: BLE001  (the door: whatever nobody expected ends here)
            return door.told_unexpected(error, self._site.settings.home, language)


def _readable(site: Site, handler: Open) -> _Endpoint:
    async def answer(request: Request) -> Response:
        if request.method != "GET":
            raise UsageFault("method_wrong")
        return await run_in_threadpool(handler, _call(site, request, NOTHING))

    return _Endpoint(answer, site)


def _endpoint(site: Site, gate: TokenGate, routes: dict[str, ApiRoute]) -> _Endpoint:
    async def answer(request: Request) -> Response:
        route = routes.get(request.method)
        if route is None:
            raise UsageFault("method_wrong")
        # Before the body is read: a stranger costs nothing.
        till = await run_in_threadpool(gate.till, bearer(request.headers), site.now())
        key, fields = "", NOTHING
        if route.method == "POST":
            key = _key(request)
            fields = await read_fields(request, route.bytes_max)
        answer = await run_in_threadpool(_handled, route, _call(site, request, fields), till, key)
        return JSONResponse(answer.document, answer.status)

    return _Endpoint(answer, site)


def _handled(route: ApiRoute, call: Call, till: Till, key: str) -> Answer:
    """On a thread of the pool: ledger and wallets may be waited for."""
    if route.method != "POST":
        return route.handler(TillCall(call, till))
    _refuse_unknown(call.fields, route)
    named = f"{route.method} {route.path} {sorted(call.path.items())}"
    first = call.site.house.tills.bind(till, key, named, _wish(call.fields))
    return route.handler(TillCall(call, till, key, again=not first))


def _wish(fields: Fields) -> dict[str, Any]:
    """What a key is bound to: everything told but what proves who somebody is."""
    clerk = fields.part("clerk") if "clerk" in fields.names() else None
    return fields.all_but(_PROOFS) | {"clerk": clerk.number("staff_id") if clerk else ""}


def _refuse_unknown(fields: Fields, route: ApiRoute) -> None:
    """A misspelt `amount_fen` must not become a refund of everything."""
    for name in sorted(fields.names() - SHAPES[route.takes].fields.keys()):
        raise UsageFault("field_unknown", name=name[:KEY_CHARS_MAX])


def _key(request: Request) -> str:
    """The call's own name, chosen by the till. Raises UsageFault idempotency_key_wrong."""
    told = request.headers.getlist("idempotency-key")
    key = told[0].strip() if len(told) == 1 else ""
    if not (0 < len(key) <= KEY_CHARS_MAX and key.isascii() and key.isprintable()):
        raise UsageFault("idempotency_key_wrong", limit_chars=KEY_CHARS_MAX)
    return key


def _call(site: Site, request: Request, fields: Fields) -> Call:
    """The call as the page's routes take it, in the till's language; nobody has signed in."""
    language = door.language_of(request.headers, site.settings.language)
    session = Session(language, site.now(), site.now())
    return Call(site, session, dict(request.path_params), dict(request.query_params), fields)
