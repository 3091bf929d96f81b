"""Where events may be sent: never to an address inside the network unless the deployment names it.

Whoever may add a subscription could otherwise make the service knock at doors only it can reach. The name is looked up
here, every address it has is judged, and the one that is used is the one that was judged: looking it up again while
connecting would let the answer change in between.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], list[str]]
"""Gives the addresses of a host and port. Raises OSError where there are none."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
LONGEST_URL = 2000


class Refused(Exception):
    """An address events are not sent to; `str()` is a short reason without the address, for the record."""

    def __init__(self, reason: str, chinese: str) -> None:
        super().__init__(reason)
        self.chinese = chinese


def networks(text: str) -> tuple[Network, ...]:
    """Networks as a setting writes them, `10.1.0.0/16,127.0.0.0/8`. Raises ValueError naming what is not one."""
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def check_form(url: str, allowed: tuple[Network, ...]) -> None:
    """Refuse a URL by its form alone, or for an address written out in it. Raises Refused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused("not a URL", "不是有效的网址") from error
    if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url) or len(url) > LONGEST_URL:
        raise Refused("not a URL: expected plain ASCII without spaces", "网址应为不含空格的 ASCII 字符")
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise Refused("expected https://host/path", "应为 https://主机/路径")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("expected a URL without user, password or fragment", "网址不应含用户名、密码或片段")
    if parts.scheme == "http" and not allowed:
        raise Refused(
            "expected https; http goes only to networks the deployment names", "应为 https；http 仅限已允许的内网"
        )
    literal = _literal(parts.hostname)
    if literal is not None:
        _judge([str(literal)], parts.scheme, allowed)


def address_for(url: str, allowed: tuple[Network, ...], resolve: Resolve | None = None) -> str:
    """The address to connect to for a URL. Raises Refused, also where the name has no address."""
    check_form(url, allowed)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = (resolve or resolved)(host, port)
    except (OSError, UnicodeError) as error:
        raise Refused("name not found", "无法解析主机名") from error
    if not found:
        raise Refused("name not found", "无法解析主机名")
    _judge(found, parts.scheme, allowed)
    return found[0]


def resolved(host: str, port: int) -> list[str]:
    """The addresses the machine finds for a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _judge(addresses: list[str], scheme: str, allowed: tuple[Network, ...]) -> None:
    """One address that is refused refuses all: a name with a public and a private one is not to be trusted."""
    for text in addresses:
        one = _plain(ipaddress.ip_address(text.partition("%")[0]))
        inside = any(one.version == network.version and one in network for network in allowed)
        if inside:
            continue
        if not one.is_global or one.is_multicast:
            raise Refused("an address inside the network", "内网地址，未获允许")
        if scheme == "http":
            raise Refused("http outside the networks the deployment names", "http 仅限已允许的内网")


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where a gateway would take it out."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _literal(host: str) -> Address | None:
    """The address a host is written as, also `127.1` and `2130706433`, which resolvers take for addresses too."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return ipaddress.IPv4Address("127.0.0.1") if host.lower().rstrip(".") == "localhost" else None
