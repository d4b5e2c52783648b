"""LDAPv3 on asyncio: as much of RFC 4511 as administering accounts needs, and nothing about accounts.

Bytes in and out (``ber``, ``requests``, ``responses``, ``filters``), distinguished names (``names``) and a
connection that several tasks use at once (``connections``). Why it is written here stands in
``docs/decisions/0004-ldap-client.md``.
"""
