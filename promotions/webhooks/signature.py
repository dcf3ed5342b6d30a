"""How what is sent is signed, so that its reader knows that it is ours and new (docs/webhooks.md)."""

import hashlib
import hmac

HEADER = "X-Signature"


def sign(secret: str, body: bytes, at: int) -> str:
    """The header for `body`, sent at the second `at` since 1970: `t=…,v1=…`."""
    signed = f"{at}.".encode() + body
    return f"t={at},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
