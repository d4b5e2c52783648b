"""``seatkeeper integration``: from nothing to live, with secrets given only by reference."""

from tests.cli.conftest import Installation

SETTINGS = ("--connector", "scim", "--set", "base_url=http://127.0.0.1:9/scim/v2")


def _create(seatkeeper: Installation) -> str:
    return seatkeeper.say(
        "integration", "create", "crm", "--name", "CRM", *SETTINGS, "--set-env", "token=CRM_TOKEN"
    )


def test_an_integration_is_created_as_a_draft_and_listed(seatkeeper: Installation) -> None:
    assert _create(seatkeeper).startswith("Created crm, as a draft. Next:")
    [listed] = seatkeeper.read("integration", "list")
    assert listed.pop("id")
    assert listed == {
        "slug": "crm",
        "name": "CRM",
        "connector": "scim",
        "state": "draft",
        "quarantined": False,
        "people": 0,
        "groups": 0,
        "open_jobs": 0,
        "failed": 0,
        "tasks": 0,
    }
    assert seatkeeper.say("integration", "list").splitlines()[1].split() == "crm scim draft 0 0 0 0 0".split()


def test_all_is_shown_but_the_secrets(seatkeeper: Installation) -> None:
    _create(seatkeeper)
    shown = seatkeeper.read("integration", "show", "crm")
    told = seatkeeper.say("integration", "show", "crm")
    assert shown["settings"] == {"base_url": "http://127.0.0.1:9/scim/v2"}
    assert shown["mapping"]["attributes"]["userName"] == "user.userName"
    assert (shown["policy"]["leavers"], shown["policy"]["retries"]["ceiling"]) == ("disable", "PT15M")
    assert "token     (secret)" in told
    assert "(join, required)" in told
    assert "hunter2" not in str(shown) + told


def test_an_app_that_does_not_answer_fails_the_test_with_what_to_do(seatkeeper: Installation) -> None:
    _create(seatkeeper)
    tested = seatkeeper.run("integration", "test", "crm")
    assert (tested.returncode, tested.stderr) == (1, "")
    lines = tested.stdout.splitlines()
    assert lines[:2] == ["✓ The settings are complete", "✗ The app can be reached"]
    assert lines[2].startswith("✗ The app cannot be reached: ")
    assert lines[3].startswith("→ Check the address")


def test_an_integration_is_switched_and_senseless_switches_are_refused(seatkeeper: Installation) -> None:
    _create(seatkeeper)
    assert seatkeeper.refuse("integration", "pause", "crm").startswith("Error: crm is a draft")
    assert seatkeeper.say("integration", "activate", "crm").startswith("crm is live")
    assert seatkeeper.say("integration", "pause", "crm").startswith("crm is paused")
    assert seatkeeper.say("integration", "resume", "crm").startswith("crm is live again")


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(seatkeeper: Installation) -> None:
    told = seatkeeper.refuse("integration", "create", "crm", *SETTINGS, "--set", "token=hunter2")
    assert "--set-env token=VARIABLE" in told
    assert "hunter2" not in told


def test_what_is_wrong_with_settings_is_named(seatkeeper: Installation) -> None:
    assert "NOT_SET" in seatkeeper.refuse("integration", "create", "crm", *SETTINGS, "--set-env", "token=NOT_SET")
    assert "settings.colour" in seatkeeper.refuse("integration", "create", "crm", *SETTINGS, "--set", "colour=red")
    assert "NAME=VALUE" in seatkeeper.refuse("integration", "create", "crm", *SETTINGS, "--set", "x", status=2)


def test_an_unknown_integration_is_told_with_where_to_look(seatkeeper: Installation) -> None:
    told = seatkeeper.refuse("integration", "show", "crm")
    assert told == "Error: There is no integration crm. seatkeeper integration list shows them all.\n"


def test_an_integration_is_deleted_once_that_is_confirmed(seatkeeper: Installation) -> None:
    _create(seatkeeper)
    told = seatkeeper.run("integration", "delete", "crm")
    assert (told.returncode, told.stderr) == (1, "")
    assert told.stdout.startswith("This would forget 0 users, 0 groups, 0 jobs and 1 event, and crm itself.")
    assert "confirm" in seatkeeper.refuse("integration", "delete", "crm", "--confirm", "srm")
    seatkeeper.say("integration", "activate", "crm")
    assert "Pause it first" in seatkeeper.refuse("integration", "delete", "crm", "--confirm", "crm")
    seatkeeper.say("integration", "pause", "crm")
    assert seatkeeper.say("integration", "delete", "crm", "--confirm", "crm").startswith("crm is deleted: 0 users")
    assert seatkeeper.read("integration", "list") == []
    [event] = seatkeeper.read("activity")
    assert (event["integration"], event["kind"]) == ("crm", "integration.deleted")
    assert "deleted the integration CRM: 0 users, 0 groups, 0 jobs and 3 events are forgotten" in event["sentence"]
