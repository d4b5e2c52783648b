"""The connectors that come with Seatkeeper. Leaves: found by entry point, imported by nobody."""
