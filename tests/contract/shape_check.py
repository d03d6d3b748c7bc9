"""Compares a shape with what the two systems say of themselves.

Before it: `closed.py` finds the contracts. After it: `test_shapes.py` runs it over every shape, and
over shapes broken on purpose. It follows each member through each source to the place where that
source gives it (`x-from`, `x-only`, `x-merge`, `each`), and then asks whether the place exists and
agrees. It shares no code with the engine, so that both would have to be wrong alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tests.contract.closed import REPOSITORY, Schema, operation, operation_schema, xero_document

Nodes = list[Schema]
Shapes = dict[str, Schema]
Places = dict[str, Nodes]
WRITES = "writes"
LONG_ENUM = 30


class StrictLoader(yaml.SafeLoader):
    """YAML as the language reads it: only true and false are booleans, and no key is written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping, unless a key comes twice."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.YAMLError(f"{sorted(twice)} written twice{node.start_mark}")
        return super().construct_mapping(node, deep)


_BOOLEAN = "tag:yaml.org,2002:bool"
StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != _BOOLEAN or first in "tTfF"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def shapes(folder: Path | None = None) -> dict[str, Schema]:
    """Every shape file of both systems, by its `$id`."""
    found: dict[str, Schema] = {}
    for file in sorted((folder or REPOSITORY / "schemas").glob("*/*.yaml")):
        if file.name != "system.yaml":
            shape = yaml.load(file.read_text(encoding="utf-8"), Loader=StrictLoader)
            found[shape["$id"]] = shape
    return found


@dataclass(frozen=True)
class Where:
    """A place in a source: what paths count from, and which operations give it."""

    source: str
    here: Places | None  # the object or item itself; None: this source does not give it
    record: Places  # what a plain path counts from
    holder: Places  # what a path with a leading slash counts from
    optional: frozenset[str] = frozenset()  # operations merged in, which need not give every member
    locked: bool = False  # within something nobody writes


@dataclass
class Findings:
    """What was found at each member, over all sources, and what is wrong."""

    problems: list[str] = field(default_factory=list)
    places: dict[str, tuple[Schema, dict[str, Nodes]]] = field(default_factory=dict)

    def wrong(self, path: str, where: Where, text: str) -> None:
        """Remember a problem with its address."""
        self.problems.append(f"{path} ({where.source}): {text}")

    def seen(self, path: str, member: Schema, where: Where, nodes: Nodes) -> None:
        """Remember where a member was found, for what only all sources together can tell."""
        self.places.setdefault(path, (member, {}))[1].setdefault(where.source, []).extend(nodes)


def problems_of(shape: Schema, known: Shapes) -> list[str]:
    """Everything in which a shape and the contracts disagree."""
    findings = Findings()
    for where in _sources(shape):
        findings.problems += _required(shape, where)
        _members(shape, where, shape["$id"], findings, known)
    for path, (member, found) in findings.places.items():
        findings.problems += [f"{path}: {text}" for text in _agreement(member, found)]
    return findings.problems


# ------------------------------------------------------------------------------------ contracts


def variants(schema: Schema) -> Nodes:
    """A schema without its choices and references: every form it may take."""
    if "$ref" in schema:
        target = xero_document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        locked = {"readOnly": True} if schema.get("readOnly") else {}
        return [{**form, **locked} for form in variants(target)]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return [form for part in schema[word] for form in variants(part)]
    return [schema]


def step(nodes: Nodes, path: str) -> Nodes:
    """Where a dotted path leads from some schemas; a list on the way is entered."""
    for name in path.split("."):
        found = [node["properties"][name] for node in _inside(nodes) if name in node.get("properties", {})]
        nodes = [form for schema in found for form in variants(schema)]
    return nodes


def elements(nodes: Nodes) -> Nodes:
    """The elements of list schemas."""
    return [form for node in nodes if "items" in node for form in variants(node["items"])]


def _inside(nodes: Nodes) -> Nodes:
    """Objects as they are, lists as their elements."""
    return [form for node in nodes for form in ([node] if "properties" in node else elements([node]))]


def _sources(shape: Schema) -> Iterator[Where]:
    for name, source in shape["x-sources"].items():
        if not (name == WRITES and shape.get("x-write") == "never"):
            yield _source(shape["$id"], name, source)
    written = WRITES in shape["x-sources"] or shape.get("x-write") == "never"
    if not written and shape["$id"].startswith("xero."):
        yield _source(shape["$id"], WRITES, next(iter(shape["x-sources"].values())))


def _source(shape_id: str, name: str, source: Schema) -> Where:
    if shape_id.startswith("xero."):
        roots = {component: _xero_root(component, source) for component in _names(source["contract"])}
    elif "request" in source:
        event = operation_schema(source["request"], "event")
        roots = {source["request"]: step([event], "request_data")}
    else:
        side: Any = "request" if name == WRITES else "response"
        roots = {op: _plain(variants(operation_schema(op, side))) for op in _names(source["contract"])}
    record = {op: _record(nodes, source) for op, nodes in roots.items()}
    return Where(name, record, record, roots)


def _xero_root(component: str, source: Schema) -> Nodes:
    collection = source.get("collection")
    schemas = xero_document()["components"]["schemas"]
    if collection is None:
        return variants({"$ref": f"#/components/schemas/{component}"})
    wrapper = schemas.get(collection) or {}
    items = elements(step([wrapper], collection))
    goal = schemas["TrackingCategory" if source.get("each") else component]
    if not any(form.get("properties") == goal["properties"] for form in items):
        raise KeyError(f"no collection {collection!r} of {component}")
    return items


def _plain(nodes: Nodes) -> Nodes:
    """A list answer stands for one of its elements."""
    return elements(nodes) if nodes and all("items" in node for node in nodes) else nodes


def _record(nodes: Nodes, source: Schema) -> Nodes:
    if "at" in source:
        return step(nodes, source["at"])
    if "each" in source:
        return elements(nodes if source["each"] == "@" else step(nodes, source["each"]))
    return nodes


def _names(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# -------------------------------------------------------------------------------------- members


def _members(owner: Schema, where: Where, path: str, findings: Findings, known: Shapes) -> None:
    described = known[owner["$ref"]] if "$ref" in owner else owner
    for name, member in described.get("properties", {}).items():
        _member(name, member, where, f"{path}.{name}", findings, known)


def _member(name: str, member: Schema, where: Where, path: str, findings: Findings, known: Shapes) -> None:
    if member.get("x-computed") or "x-joins" in member:
        return
    locked = where.locked or bool(member.get("readOnly")) or member.get("x-write") == "never"
    if where.source == WRITES and locked:
        return
    apart = where.source in member.get("x-sources", {})
    found = None if apart else _place(name, member, where, path, findings)
    here = None if found is None else {op: nodes for op, nodes in found.items() if nodes}
    if found is not None:
        _exists(found, member, where, path, findings)
        findings.seen(path, member, where, [node for nodes in found.values() for node in nodes])
    _deeper(member, replace(where, here=here, locked=locked), path, findings, known)


def _place(name: str, member: Schema, where: Where, path: str, findings: Findings) -> Places | None:
    """Where this source gives a member: by operation, or nothing if it does not give it."""
    told = member.get("x-from", {})
    if where.source not in told:
        return None if where.here is None else {op: step(nodes, name) for op, nodes in where.here.items()}
    there = told[where.source]
    if there is None:
        return None
    if there.startswith("{"):
        _parameter(there.strip("{}"), where, path, findings)
        return None
    start = where.holder if there.startswith("/") else where.record
    return {op: step(nodes, there.removeprefix("/")) for op, nodes in start.items()}


def _parameter(name: str, where: Where, path: str, findings: Findings) -> None:
    for op in where.holder:
        if name not in {parameter["name"] for parameter in operation(op).get("parameters") or []}:
            findings.wrong(path, where, f"{op} has no parameter {name!r}")


def _exists(found: Places, member: Schema, where: Where, path: str, findings: Findings) -> None:
    """The member is where the shape says, and only there."""
    only = set(_names(member.get("x-only", [])))
    narrowed = bool(only & set(found))
    for op, nodes in found.items():
        if narrowed and op not in only:
            if nodes:
                findings.wrong(path, where, f"{op} gives it too, against x-only")
        elif not nodes and op not in where.optional - only:
            findings.wrong(path, where, f"{op} has no such member")
    if only and not narrowed and len(found) > 1:
        findings.wrong(path, where, f"x-only names none of {sorted(found)}")


def _deeper(member: Schema, where: Where, path: str, findings: Findings, known: Shapes) -> None:
    own = member.get("x-sources", {}).get(where.source)
    if own is not None:
        where = _source(path if path.startswith("xero.") else "procore.", where.source, own)
        _members(member["items"], where, f"{path}[]", findings, known)
    elif "items" in member and where.here is not None:
        items = {op: elements(nodes) for op, nodes in where.here.items()}
        where = _merged(member, replace(where, here=items, record=items))
        findings.seen(
            f"{path}[]", member["items"], where, [node for nodes in items.values() for node in nodes]
        )
        _members(member["items"], where, f"{path}[]", findings, known)
    elif "properties" in member or "$ref" in member:
        _members(member, where, path, findings, known)


def _merged(member: Schema, where: Where) -> Where:
    merge = member.get("x-merge", {})
    if where.source != "rest" or "contract" not in merge or where.here is None:
        return where
    more = {op: _plain(variants(operation_schema(op, "response"))) for op in _names(merge["contract"])}
    here = {**where.here, **more}
    return replace(where, here=here, record=here, optional=frozenset(more))


# ------------------------------------------------------------------------------------ agreement


def _required(shape: Schema, where: Where) -> list[str]:
    """What a call needs, the shape needs too."""
    if where.source != WRITES:
        return []
    needed = {name for nodes in where.record.values() for node in nodes for name in node.get("required", ())}
    ours = {_written_name(name, shape["properties"].get(name, {})) for name in shape.get("required", ())}
    return [f"{shape['$id']} ({WRITES}): {name} is required there" for name in sorted(needed - ours)]


def _written_name(name: str, member: Schema) -> str:
    told = member.get("x-from", {}).get(WRITES)
    return told if isinstance(told, str) else name


def _agreement(member: Schema, found: dict[str, Nodes]) -> Iterator[str]:
    nodes = [node for some in found.values() for node in some]
    yield from _types(member, found)
    yield from _meaning(member, nodes)
    yield from _length(member, nodes)
    yield from _values(member, nodes)
    if any(node.get("readOnly") for node in found.get(WRITES, [])):
        yield "the contract says read only, the shape does not"


def _types(member: Schema, found: dict[str, Nodes]) -> Iterator[str]:
    ours = _names(member.get("type", "object"))
    given = {source: {kind for node in nodes for kind in _kinds(node)} for source, nodes in found.items()}
    for source, kinds in given.items():
        if source == WRITES and kinds and ours[0] not in kinds:
            yield f"written as {ours[0]}, but the call takes {sorted(kinds)}"
        elif source != WRITES and kinds - set(ours):
            yield f"type {ours}, but {source} gives {sorted(kinds)}"
    known = set().union(*given.values()) if given else set()
    untyped = any(not _kinds(node) for nodes in found.values() for node in nodes)
    if known and not untyped and set(ours) - known:
        yield f"type {sorted(set(ours) - known)} is given by no source"


def _kinds(node: Schema) -> set[str]:
    return set(_names(node.get("type") or [])) - {"null"}


def _meaning(member: Schema, nodes: Nodes) -> Iterator[str]:
    meant = member.get("x-type")
    for node in nodes:
        day = node.get("format") == "date" or node.get("x-is-msdate")
        moment = node.get("format") == "date-time" or node.get("x-is-msdate-time")
        exact = node.get("x-decimal-string") or node.get("x-is-money") or "number" in _kinds(node)
        if day and meant != "date":
            yield f"a calendar date, but x-type is {meant}"
        if moment and meant != "instant":
            yield f"a point in time, but x-type is {meant}"
        if exact and meant not in ("money", "decimal"):
            yield f"an exact number, but x-type is {meant}"
        if node.get("format") == "uuid" and meant != "id":
            yield f"an id, but x-type is {meant}"


def _length(member: Schema, nodes: Nodes) -> Iterator[str]:
    theirs = {node["maxLength"] for node in nodes if "maxLength" in node}
    ours = member.get("maxLength")
    if theirs and ours is None:
        yield f"no maxLength, the contract has {sorted(theirs)}"
    elif ours is not None and theirs and ours > min(theirs):
        yield f"maxLength {ours}, the contract has {sorted(theirs)}"
    elif ours is not None and ours not in theirs and "x-because" not in member:
        yield f"maxLength {ours} is not the contract's; x-because must say whose it is"
    rest = [word for word in ("minLength", "pattern", "minimum", "maxItems") if word in member]
    if rest and "x-because" not in member:
        yield f"{rest[0]} is not the contract's; x-because must say whose it is"


def _values(member: Schema, nodes: Nodes) -> Iterator[str]:
    theirs = {value for node in nodes for value in node.get("enum", ()) if value is not None}
    ours = set(member.get("enum", ()))
    missing, extra = theirs - ours, ours - theirs
    free = any("enum" not in node for node in nodes) and "x-because" in member
    if not ours and (len(theirs) > LONG_ENUM or free):
        return
    if missing:
        yield f"enum lacks {sorted(missing)}"
    if extra and theirs and "x-because" not in member:
        yield f"enum has {sorted(extra)}, which no contract knows"
    if ours and not theirs:
        yield "enum, but the contract has none"
