"""The ``rest`` connector, against real applications and on the wire."""
