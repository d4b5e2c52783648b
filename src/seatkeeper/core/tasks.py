"""The kinds and states of a task: work for a person."""

from enum import StrEnum


class TaskKind(StrEnum):
    """What is asked of the person."""

    CHOOSE_ACCOUNT = "choose_account"
    """Several accounts or groups of the app match (``choices`` are their Uids): which is it, or none of them?"""
    APPROVE_REMOVALS = "approve_removals"
    """Removals above the policy's limit are held: one task for all held jobs of an integration, with no job."""
    ACT_BY_HAND = "act_by_hand"
    """Something only a person can do in the app; when it is done, the job looks again."""
    CONFIRM = "confirm"
    """Somebody says that it was done, and the integration wants another person to look at it."""


class TaskState(StrEnum):
    """Where a task stands. Only an open one asks for anything."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    OBSOLETE = "obsolete"
    """The job got on without an answer: a newer wish, another mapping, an account that changed in the app."""
