"""The admin JSON API under ``/api/v1``: everything the pages do, for scripts.

Who asks is told by an API token; what it may do is what its member may, within the token's scopes. Each operation
names the permission it needs, as doors do. Errors are problem documents (RFC 9457), lists are paged by keyset, a
write with an ``Idempotency-Key`` is carried out once. The description is ``/api/v1/openapi.json``.
"""
