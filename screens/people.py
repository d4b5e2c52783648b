"""Who works at the company of the pictures."""

from collections.abc import Sequence

from seatkeeper.idps.people import Person, Team

_NAMES = (
    "Maya Fischer, Jonas Weber, Priya Raman, Tom Baker, Elena Rossi, Samuel Okafor, Hannah Lindqvist, Diego "
    "Morales, Aisha Khan, Lukas Novak, Grace Chen, Peter Jansen, Sofia Costa, Daniel Cohen, Marie Dubois, "
    "Kenji Tanaka, Olivia Brown, Ahmed Hassan, Julia Kowalska, Noah Schmidt, Chloe Martin, Ravi Patel, Emma "
    "Larsen, Victor Popescu, Laura Garcia, Simon Meyer, Fatima Zahra, Oscar Berg, Nina Petrova, Leo Ferrari, "
    "Anna Wagner, James Wilson, Yuki Sato, Clara Vogel, Mark Evans, Ines Pereira, Paul Richter, Zoe Adams, "
    "Erik Hansen, Lucia Ortega, Ben Carter, Katarina Horvat, Adam Nowak, Ruth Meier, Felix Braun, Sara "
    "Ahmadi, Tim Vos, Alice Moreau"
)
_WORK = (
    ("Engineer", "Engineering"),
    ("Account manager", "Sales"),
    ("Accountant", "Finance"),
    ("Designer", "Design"),
    ("Support specialist", "Support"),
)


def everybody() -> Sequence[Person]:
    """Name everybody, the same each time."""
    return [_person(number, *name.strip().split(" ")) for number, name in enumerate(_NAMES.split(","))]


def departments(people: Sequence[Person]) -> Sequence[Team]:
    """Make a group of each department."""
    names = sorted({person.department for person in people})
    return [Team(name, frozenset(one.number for one in people if one.department == name)) for name in names]


def _person(number: int, given_name: str, family_name: str) -> Person:
    title, department = _WORK[number % len(_WORK)]
    user_name = f"{given_name}.{family_name}@northwind.example".lower()
    return Person(number, user_name, given_name, family_name, title, department)
