"""One attempt to bring one event to one consumer."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.work.webhooks.guard import Network, Refused, Resolve, address_for

if TYPE_CHECKING:
    import httpx2

CONNECT_SECONDS = 5.0
ASKED_SECONDS = 3600.0
"""A consumer that asks to be left alone for longer is knocked at once an hour: it may be back, and a hold that ends
later than this was made by a clock that ran ahead."""
ANSWER_SECONDS = 10.0
_READ_AT_MOST = 64 * 1024
_DOWN = frozenset({408, 429, 502, 503, 504})
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt.

    * `status`: the HTTP status, None where nothing answered
    * `reason`: a few words for the record, "" when it arrived; never what the consumer wrote
    * `down`: the consumer as a whole seems down, rather than this one event being odd
    * `wait_s`: seconds the consumer asked to be left alone (Retry-After), None where it did not
    """

    status: int | None
    reason: str = ""
    down: bool = False
    wait_s: float | None = None

    @property
    def arrived(self) -> bool:
        """Whether the consumer has it."""
        return self.status is not None and 200 <= self.status < 300


def new_client() -> httpx2.Client:
    """A client for all subscriptions: no redirects (they could lead inside), no proxy from the environment."""
    import httpx2

    return httpx2.Client(
        timeout=httpx2.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        headers={"user-agent": "mingbai-webhooks/1"},
        limits=httpx2.Limits(max_connections=64, max_keepalive_connections=32),
    )


def send(
    client: httpx2.Client,
    url: str,
    headers: dict[str, str],
    body: bytes,
    *,
    allowed: tuple[Network, ...],
    resolve: Resolve | None = None,
) -> Answer:
    """Try once. Never raises for what the network or the consumer does."""
    import httpx2

    try:
        address = address_for(url, allowed, resolve)
    except Refused as refused:
        return Answer(None, str(refused), down=True)
    host = urlsplit(url).hostname or ""
    asked = httpx2.URL(url)
    netloc = asked.netloc.decode()
    # The connection goes to the address that was judged; name and certificate are those of the URL.
    request = client.build_request(
        "POST",
        asked.copy_with(host=address),
        headers={**headers, "host": netloc},
        content=body,
        extensions={"sni_hostname": host},
    )
    begun = time.monotonic()
    try:
        response = client.send(request, stream=True)
    except httpx2.TimeoutException:
        return Answer(None, "no answer in time", down=True)
    except httpx2.ConnectError:
        return Answer(None, "no connection", down=True)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        return Answer(None, "broken answer", down=True)
    status = response.status_code
    try:
        _read_a_little(response, begun)
    except httpx2.HTTPError:
        pass  # The status has come, and that is the answer.
    finally:
        response.close()
    if 200 <= status < 300:
        return Answer(status)
    return Answer(status, f"answered {status}", down=status in _DOWN, wait_s=_asked_to_wait(response))


def _read_a_little(response: httpx2.Response, begun: float) -> None:
    """Read a short body so that the connection can be used again; a long or slow one is hung up on."""
    seen = 0
    for chunk in response.iter_raw():
        seen += len(chunk)
        if seen > _READ_AT_MOST or time.monotonic() - begun > ANSWER_SECONDS:
            return


def _asked_to_wait(response: httpx2.Response) -> float | None:
    """Seconds of `Retry-After`, a number or a date, at most `ASKED_SECONDS`."""
    text = response.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdigit():
        return min(float(text[:9]), ASKED_SECONDS)
    try:
        until = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return min(max(0.0, until.timestamp() - time.time()), ASKED_SECONDS)
