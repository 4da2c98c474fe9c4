"""The one connection to the cache, kept between invocations."""

from valkey import Valkey

from queue_depth import secret
from queue_depth.address import Address
from queue_depth.settings import Settings

CONNECT_SECONDS = 3
COMMAND_SECONDS = 3


class Connection:
    """Connects at first use, and after `forget` with the secret read anew."""

    def __init__(self) -> None:
        self._client: Valkey | None = None

    def client(self, settings: Settings) -> Valkey:
        """Return the client in use, or a new one."""
        if self._client is None:
            self._client = _client(secret.address(settings.url_secret, settings.scheme))
        return self._client

    def forget(self) -> None:
        """Close the connection, and with it drop the password."""
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]
        self._client = None


def _client(address: Address) -> Valkey:
    return Valkey(
        host=address.host,
        port=address.port,
        username=address.user,
        password=address.password,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=COMMAND_SECONDS,
        ssl=address.scheme == "rediss",
        ssl_cert_reqs="required",
        # The client's default is to take any host's certificate.
        ssl_check_hostname=True,
        # Both would be told with CLIENT SETINFO, which the user may not call.
        lib_name=None,
        lib_version=None,
    )
