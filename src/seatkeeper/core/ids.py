"""The ids of the things Seatkeeper stores, told apart by type. All are UUIDv7, so they sort by birth."""

from typing import NewType
from uuid import UUID

IntegrationId = NewType("IntegrationId", UUID)
UserId = NewType("UserId", UUID)
GroupId = NewType("GroupId", UUID)
AccountId = NewType("AccountId", UUID)
AppGroupId = NewType("AppGroupId", UUID)
JobId = NewType("JobId", UUID)
AttemptId = NewType("AttemptId", UUID)
EventId = NewType("EventId", UUID)
TaskId = NewType("TaskId", UUID)
TokenId = NewType("TokenId", UUID)
MemberId = NewType("MemberId", UUID)
SessionId = NewType("SessionId", UUID)
DraftId = NewType("DraftId", UUID)
DryRunId = NewType("DryRunId", UUID)
TrialId = NewType("TrialId", UUID)
PasskeyId = NewType("PasskeyId", UUID)
ProviderId = NewType("ProviderId", UUID)
APITokenId = NewType("APITokenId", UUID)
NotificationRuleId = NewType("NotificationRuleId", UUID)
RecordingId = NewType("RecordingId", UUID)
ReplayId = NewType("ReplayId", UUID)

Uid = NewType("Uid", str)
"""The app's own stable id of an account or a group (ConnId ``Uid``): never a name that may change."""
