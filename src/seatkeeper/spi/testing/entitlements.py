"""Promises about entitlements."""

from seatkeeper.spi.testing.harness import Trial, expect


async def entitlements_are_given_and_taken(trial: Trial) -> None:
    """Giving what is held and taking what is not are success; the others and the attributes stay."""
    if not trial.abilities.grants:
        return
    first, second, *more = trial.harness.entitlements
    person = trial.person()
    uid = await trial.create(person)
    for _ in range(2):
        await trial.grants.grant(uid, [first, second, *more])
        expect((await trial.read(uid)).entitlements == {first, second, *more}, "not all that was granted is held")
    expect({first, second} <= set(await trial.grants.list_entitlements()), "what is granted is not offered")
    for _ in range(2):
        await trial.grants.revoke(uid, [first])
        expect((await trial.read(uid)).entitlements == {second, *more}, "revoking took another, or not the one")
    await trial.grants.revoke(uid, [second, *more])
    seen = await trial.read(uid)
    expect(not seen.entitlements, "revoking all leaves some")
    trial.expect_same(seen.attributes, person)


async def an_update_leaves_entitlements_alone(trial: Trial) -> None:
    """Changing attributes takes no entitlement away."""
    if not (trial.abilities.grants and trial.abilities.updates):
        return
    uid = await trial.create()
    await trial.grants.grant(uid, trial.harness.entitlements)
    await trial.updates.update_account(uid, trial.harness.changes)
    expect(
        (await trial.read(uid)).entitlements == set(trial.harness.entitlements), "an update took entitlements away"
    )


BODIES = (entitlements_are_given_and_taken, an_update_leaves_entitlements_alone)
