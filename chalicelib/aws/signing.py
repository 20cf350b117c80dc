"""How requests to a webhook are signed, so that the receiver knows who sent them: as Slack signs its own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

SIGNATURE, TIMESTAMP, DELIVERY = "X-Mainstay-Signature", "X-Mainstay-Timestamp", "X-Mainstay-Delivery"


def signature_headers(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The time, the signature over ``v0:time:body``, and the id of this delivery."""
    timestamp = str(int(now.timestamp()))
    delivery = hashlib.sha256(timestamp.encode() + body).hexdigest()[:32]
    if not secret:
        return {DELIVERY: delivery}
    signed = b":".join((b"v0", timestamp.encode(), body))
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {DELIVERY: delivery, TIMESTAMP: timestamp, SIGNATURE: f"v0={signature}"}
