"""What a connector promises: the only public Python API of Seatkeeper.

A connector is a package with an entry point in the group ``seatkeeper.connectors`` that names a
``Connector`` declaration. It may import ``seatkeeper.spi`` and ``seatkeeper.core`` and nothing else of
Seatkeeper. ``docs/connectors/writing.md`` walks through one; ``spi.testing`` proves one.
"""
