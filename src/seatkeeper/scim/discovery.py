"""``/ServiceProviderConfig``, ``/ResourceTypes`` and ``/Schemas``: complete and true (RFC 7644 §4)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from scim2_models import (
    URI,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    ForbiddenException,
    Pagination,
    Patch,
    Reference,
    Resource,
    ResourceType,
    Schema,
    SchemaExtension,
    ServiceProviderConfig,
    Sort,
)
from starlette.responses import Response

from seatkeeper.core.dialects import UNAWARE_OF_CURSORS
from seatkeeper.core.errors import NotFoundError
from seatkeeper.scim import provisioning
from seatkeeper.scim.answers import answer, listed
from seatkeeper.scim.calls import Call, SCIMSettings
from seatkeeper.scim.models import GROUP, USER, Group
from seatkeeper.scim.offers import Entitlement, Offering, Role, list_offerings
from seatkeeper.scim.schemes import list_schemes
from seatkeeper.scim.shapes import Shape
from seatkeeper.store.queries.tokens import list_good_kinds


async def service_provider_config(call: Call) -> Response:
    """Say what is supported: authentik and the Keycloak plugin choose PUT or PATCH by it."""
    async with call.transaction() as tx:  # for its instant
        kinds = await list_good_kinds(tx, call.integration.id, tx.now)
    config = {**_config(call.settings), "authenticationSchemes": list_schemes(kinds, call.caller.kind)}
    if call.integration.dialect in UNAWARE_OF_CURSORS:
        del config["pagination"]
    return answer(call.request, {**config, "meta": _meta("ServiceProviderConfig", call.base_url)})


async def list_resource_types(call: Call) -> Response:
    """List the types of resources."""
    return _list(call, await _types(call), "ResourceType")


async def get_resource_type(call: Call) -> Response:
    """Show one type of resource."""
    return _get(call, await _types(call), "ResourceType")


async def list_schemas(call: Call) -> Response:
    """List the schemas, the integration's own extensions among them."""
    return _list(call, _schemas(call.shape), "Schema")


async def get_schema(call: Call) -> Response:
    """Show one schema."""
    return _get(call, _schemas(call.shape), "Schema")


def _list(call: Call, resources: Mapping[str, dict[str, Any]], kind: str) -> Response:
    if "filter" in call.query:
        raise ForbiddenException(detail="This list cannot be filtered (RFC 7644 §4).")
    shown = [_located(call, resource, kind) for resource in resources.values()]
    return answer(call.request, listed(shown, len(shown), 1))


def _get(call: Call, resources: Mapping[str, dict[str, Any]], kind: str) -> Response:
    resource = resources.get(call.name)
    if resource is None:
        raise NotFoundError(f"There is no {kind} with the id '{call.name}'.")
    return answer(call.request, _located(call, resource, kind))


def _located(call: Call, resource: dict[str, Any], kind: str) -> dict[str, Any]:
    return {**resource, "meta": _meta(kind, f"{call.base_url}/{kind}s/{resource['id']}")}


def _meta(kind: str, location: str) -> dict[str, str]:
    location = f"{location}/{kind}" if kind == "ServiceProviderConfig" else location
    return {"resourceType": kind, "location": location}


@lru_cache(maxsize=16)
def _config(settings: SCIMSettings) -> dict[str, Any]:
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(
            supported=True,
            max_operations=settings.max_bulk_operations,
            max_payload_size=settings.max_body_bytes,
        ),
        filter=Filter(supported=True, max_results=settings.max_page_size),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=True),
        etag=ETag(supported=True),
        pagination=Pagination(
            cursor=True,
            index=True,
            default_pagination_method=Pagination.DefaultPaginationMethod.index,
            default_page_size=settings.page_size,
            max_page_size=settings.max_page_size,
        ),
    )
    return config.model_dump()


async def _types(call: Call) -> Mapping[str, dict[str, Any]]:
    """Give the types of resources, with those of entitlements only where the app is known to offer some."""
    async with call.read() as reader:
        offered = await list_offerings(reader, call.integration.id)
    return {**_resource_types(call.shape), **{each.name: _offered_type(each) for each in offered}}


def _offered_type(offering: Offering) -> dict[str, Any]:
    description = str(offering.model.__doc__)
    return _resource_type(offering.name, description, str(offering.model.__schema__), ()).model_dump()


@lru_cache(maxsize=256)
def _resource_types(shape: Shape) -> Mapping[str, dict[str, Any]]:
    types = [
        _resource_type("User", "A person assigned to the app.", USER, tuple(shape.extensions)),
        _resource_type("Group", "A group assigned to the app.", GROUP, ()),
    ]
    return {str(each.id): each.model_dump() for each in types}


def _resource_type(name: str, description: str, schema: str, extensions: tuple[str, ...]) -> ResourceType:
    return ResourceType(
        id=name,
        name=name,
        description=description,
        endpoint=Reference[URI](f"/{name}s"),
        schema_=Reference[URI](schema),
        schema_extensions=[SchemaExtension(schema_=Reference[URI](urn), required=False) for urn in extensions],
    )


@lru_cache(maxsize=256)
def _schemas(shape: Shape) -> Mapping[str, dict[str, Any]]:
    others = [model.to_schema() for model in (Group, Role, Entitlement)]
    about_us: list[type[Resource[Any]]] = [ServiceProviderConfig, ResourceType, Schema]
    schemas = [*shape.schemas, provisioning.SCHEMA, *others, *(model.to_schema() for model in about_us)]
    return {str(each.id): each.model_dump() for each in schemas}
