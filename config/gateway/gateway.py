"""The RSGI application that granian serves.

A thread is what is scarce here, and a body that never comes would hold one for as long as its sender likes. So bodies
are read by the event loop, where waiting costs nothing, within bounds of time and size; threads get what has arrived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings

from config.gateway import answers, bodies, environ
from config.wsgi import application as django

Application = Callable[[Any, Any], Coroutine[Any, Any, None]]

threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="request")


def serving(wsgi: Any) -> Application:
    async def application(scope: Any, protocol: Any) -> None:
        known = environ.of(scope)
        try:
            with await _body(known, protocol) as body:
                await _answer(wsgi, known | body.as_told(), protocol)
        except bodies.Late:
            answers.refuse(protocol, 408, "The body did not arrive in time.")
        except bodies.Broken:
            answers.refuse(protocol, 400, "The body broke off in the middle.")
        except bodies.Full:
            answers.refuse(protocol, 503, "Too much is arriving at once.", ("retry-after", "30"))

    return application


async def _body(known: environ.Environ, protocol: Any) -> bodies.Body:
    may_upload = bodies.is_upload(known) and await _in_thread(bodies.may_upload, known)
    return await bodies.read(known, protocol, may_upload=may_upload)


async def _answer(wsgi: Any, request: environ.Environ, protocol: Any) -> None:
    stream = answers.Stream(protocol, asyncio.get_running_loop())
    answer = await _in_thread(answers.of, wsgi, request, stream)
    if answer is not None:
        answers.send(protocol, answer)


async def _in_thread(call: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(threads, call, *arguments)


application = serving(django)
