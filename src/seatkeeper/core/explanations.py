"""Every problem told to a person: one plain sentence, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from seatkeeper.core.problems import ProblemCode


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, and what to do."""

    sentence: str
    remedy: str


EXPLANATIONS: Mapping[ProblemCode, Explanation] = {
    ProblemCode.APP_UNREACHABLE: Explanation(
        "The app cannot be reached.",
        "Nothing at first: it is tried again by itself. If it lasts, check that the app is up, and its address.",
    ),
    ProblemCode.APP_THROTTLED: Explanation(
        "The app asked for fewer calls.",
        "Nothing: the integration waits as long as asked. If it happens often, lower the rate in the policy.",
    ),
    ProblemCode.CREDENTIALS_REFUSED: Explanation(
        "The app refused the service account.",
        "Renew its credentials in the integration's settings. All jobs wait, and go on once the app accepts them.",
    ),
    ProblemCode.ACCOUNT_VANISHED: Explanation(
        "The account is no longer in the app.",
        "Retry the job to make it again, or take the person's assignment away in the identity provider.",
    ),
    ProblemCode.ACCOUNT_EXISTS: Explanation(
        "An account of that name is there already, and nothing proves that it is this person's.",
        "Rename or remove it in the app, or add an attribute to the mapping's join attributes that finds it.",
    ),
    ProblemCode.ACCOUNT_TAKEN: Explanation(
        "The account found in the app belongs to somebody else of this integration.",
        "Correct the person's values in the identity provider, or the join attributes, and retry the job.",
    ),
    ProblemCode.AMBIGUOUS_MATCH: Explanation(
        "Several accounts in the app match this person.",
        "Choose the right one in the task, or have a new one made. None is touched until then.",
    ),
    ProblemCode.REJECTED_VALUE: Explanation(
        "The app refused a value.",
        "Correct the value in the identity provider, or the mapping, and retry the job.",
    ),
    ProblemCode.NO_SEATS: Explanation(
        "The app has no free seat.",
        "Buy seats or free one in the app, and retry the job.",
    ),
    ProblemCode.PERMISSION_MISSING: Explanation(
        "The service account may not do this in the app.",
        "Grant it the permission in the app, and retry the job.",
    ),
    ProblemCode.NOT_SUPPORTED: Explanation(
        "The app's connector cannot do this.",
        "Do it by hand in the app and close the task, or change the integration's policy or mapping.",
    ),
    ProblemCode.NOT_AS_WANTED: Explanation(
        "The app accepted the change, but does not hold what was wanted.",
        "Look at what is named here in the app: something may change it back. Then retry the job.",
    ),
    ProblemCode.NOT_SHOWN: Explanation(
        "The change was handed over, and the app has not shown yet what it made of it.",
        "Nothing: it is looked for again by itself. Where that takes longer than usual, look whether the app takes"
        " in what it is given.",
    ),
    ProblemCode.INVITED: Explanation(
        "The person is invited, and has not accepted yet.",
        "Nothing: it is looked for again by itself. Where it takes long, remind the person of the invitation.",
    ),
    ProblemCode.PREPARED: Explanation(
        "Everything is prepared: the app makes the account when the person signs in there for the first time.",
        "Nothing: it is looked for again by itself. Where it takes long, remind the person to sign in.",
    ),
    ProblemCode.ENTITLEMENT_TAKEN: Explanation(
        "In the app one account at a time can hold this, and another has it.",
        "Take it from the other person in the identity provider, or keep it from this one. Then retry the job.",
    ),
    ProblemCode.MAPPING_FAILED: Explanation(
        "A mapping expression cannot be worked out for this person.",
        "Correct the expression, or the person's values in the identity provider, and retry the job.",
    ),
    ProblemCode.REQUIRED_MISSING: Explanation(
        "This person lacks values that the app needs.",
        "Fill them in the identity provider: the job goes on with the next change it sends.",
    ),
    ProblemCode.REMOVALS_HELD: Explanation(
        "More accounts than usual would be removed, so the removals are held.",
        "Look through them, then approve or decline the task. Joiners and movers go on meanwhile.",
    ),
    ProblemCode.APP_CHANGED: Explanation(
        "The app does not look as its recipe says, so the integration waits and changes nothing.",
        "Compare the step named here with the app, and correct the recipe. The integration goes on by itself once"
        " it can sign in and find an account again.",
    ),
    ProblemCode.PERSON_NEEDED: Explanation(
        "A person has to do this by hand in the app.",
        "Do what the task says, and close it.",
    ),
    ProblemCode.NOT_DONE: Explanation(
        "It was said to be done by hand, and the app does not show it.",
        "Look at the steps again, and close the task once the app holds what they say.",
    ),
    ProblemCode.TO_BE_CONFIRMED: Explanation(
        "It was done by hand, and another person has to look at it.",
        "Look in the app whether it is as the task says, and confirm it or say what is missing.",
    ),
    ProblemCode.SETTINGS_INVALID: Explanation(
        "The integration's settings do not work.",
        "Correct them; the integration's test says when they are right.",
    ),
    ProblemCode.ATTEMPTS_SPENT: Explanation(
        "It was tried for as long as the policy allows, and did not work.",
        "Remove the cause named here, and retry the job.",
    ),
    ProblemCode.CONNECTOR_BUG: Explanation(
        "The connector failed in a way it never should.",
        "Report it to the connector's makers with the attempt's traceback. Retry the job after an update.",
    ),
}
"""Complete: a test holds it against ``ProblemCode``."""
