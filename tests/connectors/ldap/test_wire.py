"""Bytes from a server are understood or refused, however they arrive."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.connectors.ldap.protocol import ber, requests
from seatkeeper.connectors.ldap.protocol.filters import all_of, any_of, equals, present
from seatkeeper.connectors.ldap.protocol.responses import Aside, Entry, Result, decode

ENTRY = Entry("uid=ada,dc=org", {"uid": (b"ada",), "description": (b"", b"x" * 300), "cn": ()})


def entry_message(entry: Entry, number: int = 7) -> bytes:
    attributes = ber.sequence(
        ber.sequence((ber.octets(name), ber.sequence(map(ber.octets, values), ber.SET)))
        for name, values in entry.attributes.items()
    )
    return requests.envelope(number, ber.sequence((ber.octets(entry.dn), attributes), 0x64))


def result_message(code: int, said: str, *controls: bytes) -> bytes:
    parts = (ber.integer(code, ber.ENUMERATED), ber.octets(""), ber.octets(said))
    return requests.envelope(9, ber.sequence(parts, 0x65), controls)


def control(oid: str, value: bytes) -> bytes:
    return ber.sequence((ber.octets(oid), ber.octets(value)))


def test_an_entry_is_read_as_it_was_sent() -> None:
    assert decode(entry_message(ENTRY)) == (7, ENTRY)


def test_a_result_says_code_words_and_next_page() -> None:
    page = ber.sequence((ber.integer(0), ber.octets(b"\x00cookie")))
    message = result_message(4, "too many", control(requests.PAGED_RESULTS, page), control("1.2.3", b""))
    assert decode(message) == (9, Result(4, "", "too many", next_page=b"\x00cookie"))


def test_a_result_may_show_the_entry_as_it_was_left() -> None:
    inner = entry_message(ENTRY)[5 - len(entry_message(ENTRY)) + len(entry_message(ENTRY)) :]
    at = inner.index(b"\x64")
    number, response = decode(result_message(0, "", control(requests.POST_READ, inner[at:])))
    assert (number, response) == (9, Result(0, "", "", read_after=ENTRY))


def test_references_to_other_servers_are_passed_over() -> None:
    assert decode(requests.envelope(3, ber.sequence((ber.octets("ldap://elsewhere"),), 0x73))) == (3, Aside())


@given(st.binary(max_size=200))
def test_noise_is_refused(noise: bytes) -> None:
    with contextlib.suppress(ber.MalformedError):
        ber.message_size(noise)
    with contextlib.suppress(ber.MalformedError):
        decode(noise)


@given(st.data())
def test_damaged_messages_are_refused_or_read(data: st.DataObject) -> None:
    message = bytearray(entry_message(ENTRY))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ber.MalformedError):
        decode(bytes(message))


@given(st.integers(0, 400))
def test_the_size_of_a_message_is_known_before_it_is_there(cut: int) -> None:
    message = entry_message(ENTRY)
    assert ber.message_size(message[:cut]) in {None, len(message)}


@pytest.mark.parametrize(
    "head", [b"\x30\x80\x00\x00", b"\x30\x85\x01\x01\x01\x01\x01", b"\x30\x84\x7f\xff\xff\xff"]
)
def test_indefinite_and_enormous_lengths_are_refused(head: bytes) -> None:
    with pytest.raises(ber.MalformedError):
        ber.message_size(head + bytes(8))


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_are_read_back(value: int) -> None:
    encoded = ber.integer(value)
    begin, end = ber.expect(encoded, 0, len(encoded), ber.INTEGER)
    assert (ber.number(encoded, begin, end), end) == (value, len(encoded))


def test_rfc4511_filters_hold_values_as_they_are() -> None:
    # (&(objectClass=*)(|(cn=*)(uid=a*)))  with the asterisk a letter like any other
    encoded = all_of(present("objectClass"), any_of([present("cn"), equals("uid", "a*")]))
    inner = b"\x87\x0bobjectClass" + b"\xa1\x0f" + b"\x87\x02cn" + b"\xa3\x09\x04\x03uid\x04\x02a*"
    assert encoded == b"\xa0" + bytes((len(inner),)) + inner
