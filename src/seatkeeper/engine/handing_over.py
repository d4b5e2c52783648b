"""What a person has to do in place of a job, worked out from what is known without asking the app."""

from seatkeeper.core.accounts import Abilities, SeenAccount, WantedAccount
from seatkeeper.core.handwork import Errand, describe_work
from seatkeeper.core.ids import AccountId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.mapping import MappingInvalidError
from seatkeeper.core.plan import plan
from seatkeeper.engine.by_hand import powerless, whom
from seatkeeper.engine.goals import set_goal
from seatkeeper.engine.mappings import get_mapping
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.accounts import KnownAccount, load_people


async def work_out_errand(tx: Transaction, integration: Integration, account_id: AccountId) -> Errand:
    """Say step by step what would bring an account in line, as far as it was last seen.

    Empty where that cannot be said: the mapping fails, or nothing is known to be missing.
    """
    try:
        mapping = get_mapping(integration)
    except MappingInvalidError:
        return Errand()
    people = await load_people(tx, [account_id], with_groups=mapping.uses_groups)
    person = people[account_id]
    wanted = set_goal(person, mapping, integration.policy, tx.now).wanted
    if not isinstance(wanted, WantedAccount):
        return Errand()
    seen = _last_seen(person.account)
    # Which attribute is the Name only an open session could say; of what is known, what is looked for by first.
    abilities = powerless(Abilities(next(iter(mapping.join), "")))
    held = frozenset(grant.entitlement for grant in person.account.grants)
    steps = plan(wanted, seen, abilities, held).by_hand
    about = whom(wanted, seen, abilities, mapping.sensitive)
    return Errand(tuple(describe_work(each.step, about, mapping.sensitive) for each in steps))


def _last_seen(account: KnownAccount) -> SeenAccount | None:
    if account.uid is None:
        return None
    held = frozenset(grant.entitlement for grant in account.grants)
    name = account.name or account.uid
    return SeenAccount(account.uid, name, account.active, account.attributes, held, account.standing)
