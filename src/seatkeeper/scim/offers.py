"""The endpoints ``/Roles`` and ``/Entitlements``: what the app offers, as Okta's entitlement discovery reads it.

Source: Okta's guide to SCIM servers with entitlements. The id of each is the value an identity provider sends in
``roles`` or ``entitlements`` of a user. What is listed is what the app said when it was asked last; no app is
called within a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from scim2_models import URN, Mutability, PatchOp, Required, Resource
from scim2_models.path import AttrPath, CompareOperator, Comparison
from starlette.responses import Response

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.scim.answers import answer
from seatkeeper.scim.calls import Call
from seatkeeper.scim.documents import attributes_of
from seatkeeper.scim.lists import Collection, answer_list
from seatkeeper.scim.resources import instant
from seatkeeper.scim.shapes import Shape
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.attributes import Resources
from seatkeeper.store.queries.filters import compile_filter
from seatkeeper.store.queries.listing import ListQuery
from seatkeeper.store.queries.offered import (
    ENTITLEMENTS,
    ROLES,
    OfferedEntitlement,
    list_offered,
    list_offered_after,
    offers_any,
)
from seatkeeper.store.queries.sorting import compile_sort

_Shown = Annotated[str | None, Mutability.read_only, Required.true]


class Role(Resource[Any]):
    """A role the app offers."""

    __schema__ = URN("urn:okta:scim:schemas:core:1.0:Role")

    display_name: _Shown = None
    """The name of the role."""


class Entitlement(Resource[Any]):
    """Anything else the app offers, such as a group or a licence."""

    __schema__ = URN("urn:okta:scim:schemas:core:1.0:Entitlement")

    display_name: _Shown = None
    """The name of the entitlement."""
    type: _Shown = None
    """What it is in the app: a group, a licence, a permission."""


@dataclass(frozen=True, slots=True)
class Offering:
    """What is offered of one type: the model that is published, and where it is read from."""

    model: type[Resource[Any]]
    resources: Resources

    @property
    def name(self) -> str:
        """The type of the resources."""
        return self.model.__name__

    @property
    def collection(self) -> Collection:
        """What can be listed, searched and sorted."""
        return Collection(
            self.model,
            _SHAPES[self.name],
            partial(compile_filter, self.resources),
            partial(compile_sort, self.resources),
            lambda reader, integration_id, query: list_offered(reader, self.resources, integration_id, query),
            lambda reader, integration_id, query, after: list_offered_after(
                reader, self.resources, integration_id, query, after
            ),
            self._show_all,
        )

    async def list_all(self, call: Call) -> Response:
        """Answer a query."""
        return await answer_list(call, self.collection)

    async def get(self, call: Call) -> Response:
        """Show one of them."""
        named = compile_filter(
            self.resources, Comparison(AttrPath("id"), CompareOperator.eq, call.name), self.model
        )
        async with call.read() as reader:
            page = await list_offered(reader, self.resources, call.integration.id, ListQuery(named, count=1))
            if not page.items:
                raise NotFoundError(f"The app offers no {self.name} with the id '{call.name}'.")
            [shown] = await self._show_all(call, reader, page.items)
        return answer(call.request, shown)

    async def _show_all(
        self, call: Call, _reader: Reader, offered: Sequence[OfferedEntitlement]
    ) -> list[dict[str, Any]]:
        selected = call.selection(_SHAPES[self.name])
        return [selected.of(self._shown(call, one)) for one in offered]

    def _shown(self, call: Call, one: OfferedEntitlement) -> dict[str, Any]:
        kind = {"type": one.type} if self.model is Entitlement else {}
        at = instant(one.read_at)
        location = f"{call.base_url}/{self.name}s/{quote(one.value, safe='')}"
        return {
            "schemas": [str(self.model.__schema__)],
            "id": one.value,
            "displayName": one.value,
            **kind,
            "meta": {"resourceType": self.name, "created": at, "lastModified": at, "location": location},
        }


def _shape(model: type[Resource[Any]]) -> Shape:
    return Shape(model, attributes_of(model), PatchOp.__class_getitem__(model))


_SHAPES = {model.__name__: _shape(model) for model in (Role, Entitlement)}

ROLE, ENTITLEMENT = Offering(Role, ROLES), Offering(Entitlement, ENTITLEMENTS)


async def list_offerings(reader: Reader, integration_id: IntegrationId) -> list[Offering]:
    """List what types of resources an app is known to offer anything of."""
    return [each for each in (ROLE, ENTITLEMENT) if await offers_any(reader, each.resources, integration_id)]
