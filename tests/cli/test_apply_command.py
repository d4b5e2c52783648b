"""``seatkeeper apply``: the plan is printed, then carried out; faults have lines."""

from tests.cli.conftest import Installation

CRM = """\
integrations:
  - slug: crm
    name: CRM
    connector: scim
    settings:
      base_url: http://127.0.0.1:9/scim/v2
      token: {env: CRM_TOKEN}
    policy: {leavers: delete}
"""


def _write(seatkeeper: Installation, text: str) -> None:
    (seatkeeper.folder / "crm.yaml").write_text(text)


def test_a_file_is_planned_applied_and_then_has_nothing_to_change(seatkeeper: Installation) -> None:
    _write(seatkeeper, CRM)
    assert seatkeeper.say("apply", "-f", "crm.yaml", "--dry-run") == "+ crm: create\n"
    assert seatkeeper.read("integration", "list") == []
    assert seatkeeper.say("apply", "-f", "crm.yaml") == "+ crm: create\nDone.\n"
    assert seatkeeper.say("apply", "-f", "crm.yaml") == "Nothing to change.\n"


def test_a_changed_file_is_planned_field_by_field(seatkeeper: Installation) -> None:
    _write(seatkeeper, CRM)
    seatkeeper.say("apply", "-f", "crm.yaml")
    _write(seatkeeper, CRM.replace("{leavers: delete}", "{retries: {ceiling: 1h}}") + "    state: live\n")
    assert seatkeeper.say("apply", "-f", "crm.yaml", CRM_TOKEN="hunter3").splitlines() == [
        "~ crm: change",
        "    policy.leavers: delete → disable",
        "    policy.retries.ceiling: 15m → 1h",
        "    settings.token: (secret) changed",
        "    state: draft → live",
        "Done.",
    ]
    [planned] = seatkeeper.read("apply", "-f", "crm.yaml", "--dry-run")
    assert planned == {
        "slug": "crm",
        "action": "change",
        "state_before": "live",
        "state": "live",
        "changes": [{"field": "settings.token", "before": None, "after": None, "secret": True}],
    }


def test_a_literal_secret_is_refused_with_its_line(seatkeeper: Installation) -> None:
    told = seatkeeper.refuse("apply", "-f", "-", text=CRM.replace("{env: CRM_TOKEN}", "hunter2"))
    assert told.splitlines()[0] == "Error: Nothing was changed."
    assert told.splitlines()[1].startswith("standard input:7: settings.token: is a secret")
    assert "hunter2" not in told


def test_a_bad_expression_is_refused_with_its_line(seatkeeper: Installation) -> None:
    _write(seatkeeper, CRM + "    mapping:\n      attributes:\n        title: user.titel\n")
    told = seatkeeper.refuse("apply", "-f", "crm.yaml")
    assert "crm.yaml:11: mapping.attributes.title: " in told


def test_a_secret_can_be_in_a_file_beside_the_yaml(seatkeeper: Installation) -> None:
    folder = seatkeeper.folder / "code"
    folder.mkdir()
    (folder / "token.txt").write_text("hunter2\n")
    (folder / "crm.yaml").write_text(CRM.replace("{env: CRM_TOKEN}", "{file: token.txt}"))
    seatkeeper.say("apply", "-f", "code/crm.yaml")
    _write(seatkeeper, CRM)
    assert seatkeeper.say("apply", "-f", "crm.yaml") == "Nothing to change.\n"


def test_a_file_that_is_not_there_is_told(seatkeeper: Installation) -> None:
    assert "crm.yaml cannot be read" in seatkeeper.refuse("apply", "-f", "crm.yaml")
