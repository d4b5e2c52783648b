"""Between accounts and entries: values as bytes, attributes as text."""

from collections.abc import Collection, Mapping, Sequence

from seatkeeper.connectors.ldap.protocol.names import folded, split
from seatkeeper.connectors.ldap.protocol.responses import Entry
from seatkeeper.core.values import AttributeValue, is_unassigned


def encode_values(value: AttributeValue | None) -> Sequence[bytes]:
    """Spell a value as LDAP does (RFC 4517 §3.3.3 for truth values); unassigned is no value at all."""
    if value is None or is_unassigned(value):
        return ()
    match value:
        case bool():
            return (b"TRUE" if value else b"FALSE",)
        case tuple():
            return tuple(each.encode() for each in value)
        case _:
            return (str(value).encode(),)


def decode_attributes(entry: Entry, hidden: Collection[str]) -> dict[str, str | tuple[str, ...]]:
    """Read attributes as text; binary ones and those in ``hidden`` are left out."""
    decoded: dict[str, str | tuple[str, ...]] = {}
    for name, values in entry.attributes.items():
        texts = _texts(values)
        if texts and name not in hidden:
            decoded[name] = texts[0] if len(texts) == 1 else texts
    return decoded


def _first_text(entry: Entry, attribute: str) -> str | None:
    texts = _texts(entry.attributes.get(attribute, ()))
    return texts[0] if texts else None


def name_of(entry: Entry, naming_attribute: str) -> str:
    """Give the value that names the entry: the one in its DN, else its first; empty where it has none."""
    rdn, _ = split(entry.dn)
    named = dict(rdn).get(naming_attribute.lower())
    return named if named is not None else _first_text(entry, naming_attribute) or ""


def encode_attributes(attributes: Mapping[str, AttributeValue | None]) -> dict[str, Sequence[bytes]]:
    """Spell the attributes of a new entry; it is not told of those it does not have."""
    encoded = {name: encode_values(value) for name, value in attributes.items()}
    return {name: values for name, values in encoded.items() if values}


def has_value(entry: Entry, attribute: str, value: str, *, ignores_case: bool) -> bool:
    """Say whether an entry really has that value, however the server came to think so."""
    held = (texts for name, texts in entry.attributes.items() if name.lower() == attribute.lower())
    texts = [text for values in held for text in _texts(values)]
    return folded(value) in map(folded, texts) if ignores_case else value in texts


def _texts(values: Sequence[bytes]) -> tuple[str, ...]:
    try:
        texts = tuple(value.decode() for value in values)
    except UnicodeDecodeError:
        return ()
    return () if any("\0" in text for text in texts) else texts
