"""What the function's user may do in the cache.

The construct that makes the user has the same text; a test compares both.
"""

# The command that answers a key's length, by the key's type.
LENGTHS = {"list": "LLEN", "zset": "ZCARD", "stream": "XLEN", "set": "SCARD"}
# Types and lengths of keys, never their values. Logging in needs no permission, and the client is
# told to send nothing else when it connects: no HELLO, SELECT, PING, INFO, CLIENT SETINFO.
ACCESS = " ".join(
    (
        *("on", "~*", "-@all", "+type"),
        *(f"+{command.lower()}" for command in LENGTHS.values()),
    )
)
