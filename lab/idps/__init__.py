"""Clients that send what identity providers really send, request by request.

Facts with their sources are in the project's notes on IdP clients and in ``docs/idps``. Each client keeps
the ids the server gave it, as the real one does.
"""
