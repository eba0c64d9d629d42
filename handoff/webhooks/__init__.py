"""Outgoing webhooks: other programs are notified of what happens at the desk (docs/webhooks.md).

`outbox` writes events in the transaction of what they report, `queue` hands them to the sender, and `registry` is what
admins do with webhooks.
"""
