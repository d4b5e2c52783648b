"""Identity providers at play: clients that send what Okta, Entra ID, OneLogin, JumpCloud and authentik send.

A tool for tests, the demo and ``seatkeeper idp``: it knows a SCIM base URL and a token and nothing else of
Seatkeeper, so that it may be pointed at any SCIM server. ``people`` and ``companies`` are who works somewhere,
``stories`` what happens there, the dialects how an identity provider tells it, ``directories`` what must have
arrived. ``replaying`` sends again what was recorded of a real one.

Where a request comes from is in the docstring of its dialect and in ``docs/idps/emulators.md``; what nobody has
seen an identity provider send is not made up, or is called our guess there.
"""
