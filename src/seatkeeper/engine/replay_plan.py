"""The plan for everybody in a copy, with no app to look at: what would be made for them in an empty one."""

from collections import Counter
from collections.abc import Iterable

from seatkeeper.core.accounts import Presence, WantedAccount
from seatkeeper.core.dry_runs import Finding, Findings, Reason
from seatkeeper.core.integrations import Integration
from seatkeeper.core.mapping import CompiledMapping, MappingInvalidError
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import CreateAccount, GrantEntitlements
from seatkeeper.core.wording import describe_step, explain
from seatkeeper.engine.context import Engine
from seatkeeper.engine.goals import set_goal
from seatkeeper.engine.mappings import get_mapping
from seatkeeper.store.queries.accounts import Person, load_people
from seatkeeper.store.queries.samples import sample_accounts

MOST_LOOKED_AT = 500
_EXAMPLES = 10
_REASONS = 20


async def plan_unseen(engine: Engine, integration: Integration) -> Findings:
    """Work out what the mapping and the policy want for everybody assigned, or for some of them by lot.

    The app is not called: whoever is to have an account counts as created, whoever is not as unchanged.
    """
    try:
        mapping = get_mapping(integration)
    except MappingInvalidError as error:
        return Findings(problem=Problem(ProblemCode.MAPPING_FAILED, str(error)))
    async with engine.database.read() as reader:
        sample = await sample_accounts(reader, integration.id, at_most=MOST_LOOKED_AT)
        people = await load_people(reader, sample.ids, with_groups=mapping.uses_groups)
    goals = [
        (_name_of(each), set_goal(each, mapping, integration.policy, engine.clock()).wanted)
        for each in people.values()
    ]
    return _findings(goals, mapping)


def _findings(goals: Iterable[tuple[str, WantedAccount | Problem]], mapping: CompiledMapping) -> Findings:
    counts: Counter[Finding] = Counter()
    reasons: dict[str, Reason] = {}
    examples: list[str] = []
    for name, wanted in goals:
        if isinstance(wanted, Problem):
            counts[Finding.FAILED] += 1
            _give_reason(reasons, wanted, name)
        elif wanted.presence is Presence.ACTIVE:
            counts[Finding.CREATED] += 1
            if len(examples) < _EXAMPLES:
                examples.append(f"{name}: {_told(wanted, mapping.sensitive)}")
        else:
            counts[Finding.UNCHANGED] += 1
    most_first = tuple(sorted(reasons.values(), key=lambda reason: -reason.count))
    return Findings(dict(counts), reasons=most_first, examples={Finding.CREATED: tuple(examples)})


def _give_reason(reasons: dict[str, Reason], problem: Problem, name: str) -> None:
    why = explain(problem)
    known = reasons.get(why.sentence)
    if known is not None:
        reasons[why.sentence] = Reason(why.sentence, why.remedy, known.count + 1, known.example)
    elif len(reasons) < _REASONS:
        reasons[why.sentence] = Reason(why.sentence, why.remedy, 1, name)


def _told(wanted: WantedAccount, sensitive: frozenset[str]) -> str:
    steps = [describe_step(CreateAccount(wanted.attributes), sensitive)]
    if wanted.entitlements:
        steps.append(describe_step(GrantEntitlements(tuple(sorted(wanted.entitlements))), sensitive))
    return "; ".join(steps)


def _name_of(person: Person) -> str:
    return person.account.name or str(person.account.id) if person.user is None else person.user.user_name
