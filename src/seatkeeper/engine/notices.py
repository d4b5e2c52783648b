"""What is told of an event outside of Seatkeeper: a sentence, what to do, and where to look. Never a secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.values import Json
from seatkeeper.core.wording import describe_event, explain
from seatkeeper.store.queries.notifications import News

_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Message:
    """A message for people."""

    title: str
    body: str


def as_document(news: News, base_url: str | None) -> dict[str, Json]:
    """Tell one event to a program: what a webhook carries under ``data``."""
    event = news.event
    problem = _problem(event.details)
    told = None if problem is None else explain(problem)
    return {
        "event_id": str(event.id),
        "integration": {"slug": event.integration, "name": news.integration_name} if event.integration else None,
        "actor": {"kind": event.actor, "name": event.actor_name},
        "target": event.target,
        "sentence": sentence_of(news),
        "problem": None
        if problem is None or told is None
        else {"code": problem.code.value, "sentence": told.sentence, "remedy": told.remedy},
        "user_id": None if event.user_id is None else str(event.user_id),
        "job_id": None if event.job_id is None else str(event.job_id),
        "request_id": event.request_id,
        "url": link_to(news, base_url),
    }


def as_message(news: Sequence[News], base_url: str | None) -> Message:
    """Tell what happened to people, several events in one message."""
    first = news[0]
    if len(news) == 1:
        return Message(f"Seatkeeper: {_headline(first)}", "\n".join(_lines(first, base_url)))
    listed = [f"• {_headline(each)}" for each in news[:_MOST_TOLD]]
    if len(news) > _MOST_TOLD:
        listed.append(f"… and {len(news) - _MOST_TOLD:,} more.")
    slugs = {each.event.integration for each in news}
    here = f"/integrations/{first.event.integration}" if len(slugs) == 1 and first.event.integration else ""
    if base_url is not None:
        listed.append(f"{base_url}{here}/activity")
    return Message(f"Seatkeeper: {len(news):,} events", "\n".join(listed))


def sentence_of(news: News) -> str:
    """Tell an event in one line, whatever line breaks are in the names."""
    event = news.event
    told = describe_event(event.kind, actor=event.actor_name, target=event.target, details=event.details)
    return " ".join(told.split())


def link_to(news: News, base_url: str | None) -> str | None:
    """Give the page that tells more; None when it is not known how people reach Seatkeeper."""
    event = news.event
    if base_url is None:
        return None
    if not event.integration or not news.integration_name:
        return f"{base_url}/workspace/audit"
    if event.job_id is None:
        return f"{base_url}/integrations/{event.integration}/activity"
    return f"{base_url}/integrations/{event.integration}/jobs/{event.job_id}"


def _headline(news: News) -> str:
    where = " ".join(news.integration_name.split())
    return f"{where}: {sentence_of(news)}" if where else sentence_of(news)


def _lines(news: News, base_url: str | None) -> list[str]:
    problem, link = _problem(news.event.details), link_to(news, base_url)
    remedy = [] if problem is None else [explain(problem).remedy]
    return [_headline(news), *remedy, *([] if link is None else [link])]


def _problem(details: Mapping[str, Any]) -> Problem | None:
    if not details.get("problem"):
        return None
    return Problem(ProblemCode(details["problem"]), str(details.get("detail") or ""))
