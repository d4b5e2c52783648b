"""The face people see: server-rendered pages, live where something happens, and the admin JSON API.

Each page and each operation is a ``Door``: its path, its handler, and beside them the permission it needs.
``doors`` lets nobody pass without it. Handlers read through ``store.queries`` and write through ``operations``.
Everything works without JavaScript; with it, what changes is shown without reloading (``live``).
Leaves to others: how to sign in (``operations.signing_in``), who may do what (``operations.access``),
and every sentence about events, jobs and problems (``core.wording``).
"""
