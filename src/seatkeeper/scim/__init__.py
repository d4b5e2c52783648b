"""The face IdPs see: SCIM 2.0 at ``/scim/v2/{integration}`` (RFC 7643, RFC 7644).

Translates requests into ``operations`` and the store's rows into resources. Tolerant of what real
IdPs send, each tolerance named in ``scim.policy`` with its source.
"""
