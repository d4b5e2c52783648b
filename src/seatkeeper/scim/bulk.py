"""The endpoint ``/Bulk``: many operations in one request (RFC 7644 §3.7).

Each is what the same request sent alone would be: as durable, with a status and an error of its own. Only those
that refer to one another in a circle are made in one transaction, as a whole or not at all.
"""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from scim2_models import InvalidSyntaxException, InvalidValueException, PayloadTooLargeException
from starlette.requests import Request
from starlette.responses import Response

from seatkeeper.core.ids import GroupId
from seatkeeper.operations.groups import change_members
from seatkeeper.scim import groups, users
from seatkeeper.scim.answers import answer
from seatkeeper.scim.bulk_operations import (
    BulkOperation,
    UnresolvedReference,
    in_order,
    is_circle,
    read_operations,
    resolved,
)
from seatkeeper.scim.bulk_proof import SUBJECTS, Done, prove_all
from seatkeeper.scim.calls import Call
from seatkeeper.scim.errors import our_fault, refusal_of
from seatkeeper.scim.members import members_of, parsed_id
from seatkeeper.scim.proof import find_subject
from seatkeeper.store.database import Transaction
from seatkeeper.store.deadlocks import undeterred
from seatkeeper.store.identifiers import new_id

_log = structlog.get_logger("seatkeeper.scim")

_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_AT_ONCE = 100
"""Users created at the same time."""

_HANDLERS = {
    ("GET", "Users"): users.get,
    ("GET", "Groups"): groups.get,
    ("POST", "Users"): users.create,
    ("PUT", "Users"): users.replace,
    ("PATCH", "Users"): users.patch,
    ("DELETE", "Users"): users.delete,
    ("POST", "Groups"): groups.create,
    ("PUT", "Groups"): groups.replace,
    ("PATCH", "Groups"): groups.patch,
    ("DELETE", "Groups"): groups.delete,
}


async def carry_out(call: Call) -> Response:
    """Carry out a bulk request."""
    sent = {key.lower(): value for key, value in (await call.document()).items()}
    bulk = _Bulk(call, _fail_on_errors(sent))
    await bulk.carry_out(_operations(call, sent))
    return answer(call.request, {"schemas": [_RESPONSE], "Operations": await bulk.prove()})


def _operations(call: Call, sent: Mapping[str, Any]) -> list[BulkOperation]:
    operations = sent.get("operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntaxException(detail="A bulk request needs 'Operations', a list of at least one operation.")
    most = call.settings.max_bulk_operations
    if len(operations) > most:
        raise PayloadTooLargeException(detail=f"A bulk request may hold {most} operations at most.")
    return read_operations(operations)


def _fail_on_errors(sent: Mapping[str, Any]) -> int | None:
    most = sent.get("failonerrors")
    if most is None:
        return None
    if type(most) is not int or most < 1:
        raise InvalidValueException(detail="'failOnErrors' must be a positive integer.")
    return most


class _Bulk:
    """One bulk request under way."""

    def __init__(self, call: Call, fail_on_errors: int | None) -> None:
        self._call = call
        self._patience = fail_on_errors
        self._ids: dict[str, str] = {}
        """The ids of what was created, by bulkId."""
        self._results: dict[int, dict[str, Any]] = {}
        self._errors = 0
        self._done: list[Done] = []

    async def carry_out(self, operations: Sequence[BulkOperation]) -> None:
        """Carry out the operations."""
        units = in_order(operations)
        while units and not self._is_over:
            at_once = self._at_once(units)
            if len(at_once) > 1:
                await asyncio.gather(*(self._alone(each) for each in at_once))
            elif is_circle(units[0]):
                await self._together(units[0])
            else:
                await self._alone(units[0][0])
            units = units[max(len(at_once), 1) :]

    async def prove(self) -> list[dict[str, Any]]:
        """Wait for proof, where the integration does; give the results in the order in which all was sent."""
        for number, refusal in (await prove_all(self._call, self._done)).items():
            self._results[number] |= {"status": str(refusal.status), "response": refusal.body}
        return [result for _, result in sorted(self._results.items())]

    @property
    def _is_over(self) -> bool:
        return self._patience is not None and self._errors >= self._patience

    def _at_once(self, units: Sequence[Sequence[BulkOperation]]) -> list[BulkOperation]:
        """Give the first operations if they create users who have nothing to do with one another."""
        chosen: list[BulkOperation] = []
        if self._patience is not None:
            return chosen
        for unit in units[:_AT_ONCE]:
            creates_user = (unit[0].method, unit[0].collection) == ("POST", "Users")
            if not creates_user or unit[0].references - self._ids.keys():
                break
            chosen.append(unit[0])
        return chosen

    async def _alone(self, operation: BulkOperation) -> None:
        if operation.error is not None:
            self._fail(operation, operation.error)
            return
        try:
            doomed = await self._find_doomed(operation)
            response = await undeterred(lambda: _dispatch(self._call, operation, self._ids))
            self._succeed(operation, response, doomed=doomed)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the result of this operation
            self._fail(operation, error)

    async def _together(self, circle: Sequence[BulkOperation]) -> None:
        """Create resources that refer to one another: each with the id it was promised, the members at the end."""
        made = _Circle(self._call, circle, self._ids)
        try:
            responses = await undeterred(made.create)
        except Exception as error:  # noqa: BLE001 - as above; and the others of the circle cannot be without it
            self._fail(made.at, error)
            for each in circle:
                if each is not made.at:
                    self._fail(
                        each, UnresolvedReference(detail=f"The bulkId '{made.at.bulk_id}' was not created.")
                    )
        else:
            for each, response in zip(circle, responses, strict=True):
                response.status_code = 201
                self._succeed(each, response, made.ids[str(each.bulk_id)])

    async def _find_doomed(self, operation: BulkOperation) -> UUID | None:
        if operation.method != "DELETE" or self._call.integration.policy.wait_for_proof is None:
            return None
        resource_id = parsed_id(resolved(operation.name, self._ids))
        return await find_subject(self._call, SUBJECTS[operation.collection], resource_id)

    def _succeed(
        self,
        operation: BulkOperation,
        response: Response,
        created: str | None = None,
        *,
        doomed: UUID | None = None,
    ) -> None:
        location = response.headers.get("Location")
        if location is None:
            name = created or resolved(operation.name, self._ids)
            location = f"{self._call.base_url}/{operation.collection}/{name}"
        if operation.bulk_id is not None and operation.method == "POST":
            self._ids[operation.bulk_id] = location.rpartition("/")[2]
        version = {"version": response.headers["ETag"]} if "ETag" in response.headers else {}
        self._results[operation.number] = {
            **_named(operation),
            "location": location,
            **version,
            "status": str(response.status_code),
        }
        resource_id = parsed_id(location.rpartition("/")[2])
        is_new = operation.method == "POST"
        self._done.append(Done(operation.number, operation.collection, is_new, resource_id, doomed))

    def _fail(self, operation: BulkOperation, error: Exception) -> None:
        refusal = refusal_of(error)
        if refusal is None:
            _log.error("scim.failed", method=operation.method, path="/Bulk", exc_info=error)
            refusal = our_fault(str(self._call.origin.request_id))
        self._errors += 1
        location = {} if operation.name is None else {"location": self._call.base_url + operation.path}
        status = {"status": str(refusal.status), "response": refusal.body}
        self._results[operation.number] = {**_named(operation), **location, **status}


class _Circle:
    """Resources that refer to one another, made in one transaction."""

    def __init__(self, call: Call, circle: Sequence[BulkOperation], ids: Mapping[str, str]) -> None:
        self._call = call
        self._circle = circle
        self._promised = {str(each.bulk_id): new_id() for each in circle}
        self.ids = {**ids, **{name: str(id_) for name, id_ in self._promised.items()}}
        self.at = circle[0]
        """The operation at hand, or the one that failed."""

    async def create(self) -> list[Response]:
        """Give what reading each of them answers. Raises what an operation does."""
        async with self._call.transaction() as tx:
            call = dataclasses.replace(self._call, within=tx)
            for operation in self._circle:
                self.at = operation
                maker = dataclasses.replace(call, promised=self._promised[str(operation.bulk_id)])
                await _dispatch(maker, operation.without_members(), self.ids)
            for operation in self._circle:
                self.at = operation
                await _add_members(call, tx, operation, self.ids)
            return [await _dispatch(call, each.reading(self.ids), self.ids) for each in self._circle]


async def _dispatch(call: Call, operation: BulkOperation, ids: Mapping[str, str]) -> Response:
    """Hand an operation to the handler of the request it stands for. Raises what that does."""
    name = resolved(operation.name, ids)
    outer = call.request
    headers = [pair for pair in outer.scope["headers"] if pair[0] in (b"host", b"accept")]
    if operation.version is not None:
        headers.append((b"if-match", operation.version.encode("latin-1", "replace")))
    path_params = {**outer.path_params, "name": name}
    scope = {**outer.scope, "method": operation.method, "headers": headers, "path_params": path_params}
    single = dataclasses.replace(
        call,
        request=Request(scope),
        asked_by=dataclasses.replace(call.origin, request=f"{operation.method} {operation.path}"),
        query={"attributes": "id"},
        sent=resolved(operation.data, ids),
    )
    return await _HANDLERS[operation.method, operation.collection](single)


async def _add_members(call: Call, tx: Transaction, operation: BulkOperation, ids: Mapping[str, str]) -> None:
    members = members_of(resolved(operation.data, ids)) if operation.collection == "Groups" else None
    if members is not None:
        group_id = GroupId(UUID(ids[str(operation.bulk_id)]))
        await change_members(tx, call.integration, group_id, dataclasses.replace(members, replace=False))


def _named(operation: BulkOperation) -> dict[str, str]:
    bulk_id = {} if operation.bulk_id is None else {"bulkId": operation.bulk_id}
    return {"method": operation.method, **bulk_id}
