"""Seatkeeper: identity lifecycle management, from an assignment in the IdP to a proven account in the app.

Imports point down: ``cli → bootstrap → scim → operations → engine → store | connectors → spi → core``.
``docs/architecture.md`` walks through a change from the IdP's request to the proof.
"""
