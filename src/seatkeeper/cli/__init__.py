"""The ``seatkeeper`` command: the face for whoever operates an installation."""
