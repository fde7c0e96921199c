"""Which addresses a tool may reach: those of the public internet, unless the host has named a host of its own.

A name is resolved first and its addresses are looked at, so `internal.example`, `0x7f.1` and a name that points at
the cloud's metadata service are all refused; what was looked at is what is connected to.
"""

import asyncio
import socket
from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ..diag.errors import ToolError

_NAT64 = ip_network("64:ff9b::/96")
_NO_ANYCAST_RELAY = ip_network("192.88.99.0/24")


async def allowed_address(host: str, port: int, *, private_hosts: Collection[str] = ()) -> str:
    """The address to connect to. Raises `ToolError` when the name leads nowhere, or to where no tool may go.

    `private_hosts` are hosts, as they are written in a URL, that may be anywhere.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ToolError(f"the host `{host[:80]}` cannot be resolved: {error}") from None
    addresses = [str(one[4][0]) for one in found]
    if host.lower() in private_hosts:
        return addresses[0]
    for address in addresses:
        if not is_public(address):
            raise ToolError(
                f"`{host[:80]}` leads to {address}, which is no public address, and the host has not allowed it",
                retryable=False,
            )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether it is an address of the public internet, also where an IPv6 address carries an IPv4 one.

    >>> [is_public(one) for one in ("93.184.215.14", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")]
    [True, False, False, False]
    """
    found = ip_address(address.partition("%")[0])
    return all(one.is_global and not one.is_multicast and one not in _NO_ANYCAST_RELAY for one in _all_in(found))


def _all_in(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    if isinstance(address, IPv4Address):
        yield address
        return
    carried = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        carried = IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is None:
        yield address
    if carried is not None:
        yield carried
