"""The naive engine: a mapping's YAML walked for every record, one `jmespath.search` a path.

What JMESPath has no word for (exact sums, dates, links, templates) is Python beside it. Nothing is
compiled but the expressions and templates, each once. Any record that does not simply go is left to the
plain engine, which finds the words; the same as with the mapping written by hand.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

from jinja2 import Environment, meta
from jmespath import functions, parser, visitor

from benchmarks.workload import Workload
from engine.check.typed import ListPlan, Put
from engine.compile.frame import Links, key_text, remembered
from engine.map.mapper import Mapper
from engine.map.outcome import READY, Outcome
from engine.map.put import fitted, owner_of, put
from engine.vocabulary.functions import EXACT, FUNCTIONS, truth
from engine.vocabulary.transforms import TRANSFORMS, as_text
from engine.vocabulary.wire import DECODE

ORDER = {"lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
LISTED = ("add", "minus", "times", "first", "add_days")
NEGATED = re.compile(r"!(?=[a-z])([\w.]+)")
WORDS = re.compile(r"[A-Za-z_]\w*")


class Delegate(Exception):
    """A rule fires or a value is missing: somebody has to be told."""


class Functions(functions.Functions):  # type: ignore[misc]
    """JMESPath's functions for exact numbers, and those it has not got."""

    links: Links

    @functions.signature({"types": ["array"]})  # type: ignore[untyped-decorator]
    def _func_sum(self, values: list[Decimal]) -> Decimal:
        return sum(values, Decimal(0))

    @functions.signature({"types": ["array"]})  # type: ignore[untyped-decorator]
    def _func_any(self, values: list[Any]) -> bool:
        return any(map(truth, values))

    @functions.signature({"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_lower(self, value: str) -> str:
        return value.lower()

    @functions.signature({"types": [], "variadic": True})  # type: ignore[untyped-decorator]
    def _func_linked(self, via: str, *parts: Any) -> bool:
        return None not in parts and self.links.forward(via, key_text(parts)) is not None


class Interpreter(visitor.TreeInterpreter):  # type: ignore[misc]
    """JMESPath's interpreter, which compares dates and exact numbers too."""

    def visit_comparator(self, node: dict[str, Any], value: Any) -> Any:
        """Like with like; what is missing is no more and no less."""
        left, right = (self.visit(child, value) for child in node["children"])
        if node["value"] in ORDER:
            return None if left is None or right is None else ORDER[node["value"]](left, right)
        return (left == right) is (node["value"] == "eq")


class Scope:
    """Names as an expression sees them: the element's, the named values, then what is always there."""

    def __init__(self, engine: Naive, element: dict[str, Any], lets: dict[str, Any], above: Scope | None):
        self.engine, self.element, self.lets, self.above = engine, element, lets, above
        self.known: dict[str, Any] = {}
        self.fixed: dict[str, Any] = above.fixed if above is not None else {}

    def get(self, name: str) -> Any:
        """The value of a name, or None."""
        if name in self.element:
            return self.element[name]
        if name in self.lets:
            return self[name]
        if name == "let":
            return Lets(self)
        if name == "parent":
            return self.above
        return self.fixed.get(name)

    def __getitem__(self, name: str) -> Any:
        """A named value, worked out once, here or further out."""
        if name not in self.lets:
            return None if self.above is None else self.above[name]
        if name not in self.known:
            self.known[name] = self.engine.value(self.lets[name], self)
        return self.known[name]


class Lets:
    """`let.name`."""

    def __init__(self, scope: Scope):
        self.get = scope.__getitem__

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class Naive:
    """One mapping, interpreted."""

    def __init__(self, work: Workload):
        self.spec: dict[str, Any] = work.flow.mapping.node.data
        self.flow, self.facts, self.name = work.flow, work.facts, work.name
        self.mapper = Mapper(work.flow, plain_only=True)
        self.plans = {plan.address: plan for plan in plans(work.flow.lines)}
        self.read = set(WORDS.findall(str(self.spec)))
        fns = Functions()
        fns.links = work.facts.links
        self.interpreter = Interpreter(visitor.Options(custom_functions=fns))
        self.expression = cache(lambda text: parser.Parser().parse(NEGATED.sub(r"!(\1)", text)).parsed)
        self.environment = Environment(finalize=shown, autoescape=False)
        self.template = cache(self._template)

    def run(self, records: Iterable[dict[str, Any]]) -> list[Outcome]:
        """The outcomes of records, in order."""
        found: list[Outcome] = []
        with localcontext(EXACT):
            for record in records:
                try:
                    found.append(self.one(record))
                except Exception:
                    found += self.mapper.run([record], self.facts)
        return found

    def one(self, raw: dict[str, Any]) -> Outcome:
        """One document; anything that has to be said about it is not said here."""
        record = self.decoded(raw, self.flow.source_root)
        scope = Scope(self, record, self.spec.get("let", {}), None)
        own = record["id"]
        scope.fixed = {
            "settings": self.facts.settings,
            "record": record,
            "typed": self.facts.typed.get(own, {}),
            "own": own,
            "notes": [],
        }
        if not truth(self.search(self.spec.get("only_when", "`true`"), scope)):
            raise Delegate
        self.rules(self.spec["rules"], scope, after=False)
        made, keys = {}, {}
        self.lines(self.spec["fields"], f"{self.name}.", made, scope, keys)
        if any(made.get(name) is None for name in self.flow.target_root.required) and not self.linked(own):
            raise Delegate
        scope.fixed["result"] = made
        self.rules(self.spec["rules"], scope, after=True)
        return Outcome(self.name, own, READY, made, scope.fixed["notes"], [], keys)

    def decoded(self, raw: Any, member: Any) -> Any:
        """A value by its shape; of an object what the mapping names."""
        if raw is None:
            return None
        if member.kind == "object":
            known = member.members
            return {n: self.decoded(v, known[n]) for n, v in raw.items() if n in known and n in self.read}
        if member.kind == "list":
            return [self.decoded(item, member.item) for item in raw]
        return DECODE[member.kind](raw)

    def search(self, text: str, scope: Scope) -> Any:
        """A JMESPath's value."""
        return self.interpreter.visit(self.expression(text), scope)

    def linked(self, own: str) -> bool:
        """Whether the document is there already."""
        return self.facts.links.forward(self.name, own) is not None or own in self.facts.wrote

    # ------------------------------------------------------------ rules and lines

    def rules(self, rules: dict[str, Any], scope: Scope, after: bool) -> None:
        """No rule fires, or the record is not for us."""
        for rule in rules.values():
            if rule.get("after", False) is after and truth(self.search(rule["when"], scope)):
                raise Delegate

    def lines(
        self, lines: dict[str, Any], at: str, made: dict[str, Any], scope: Scope, keys: dict[str, Any]
    ) -> None:
        """Every line of a block."""
        for name, line in lines.items():
            body = (
                line
                if isinstance(line, dict)
                else {"from": line}
                if isinstance(line, str)
                else {"const": line}
            )
            plan = self.plans[f"{at}{name}"]
            if plan.write == "create" and self.linked(scope.fixed["own"]):
                continue
            if "when" in body and not truth(self.search(body["when"], scope)):
                continue
            if isinstance(plan, ListPlan):
                self.rows(body["rows"], plan, made, scope, keys)
                continue
            value = self.value({k: v for k, v in body.items() if k != "when"}, scope)
            if value is not None:
                put(made, plan.path, plan.target, fitted(value, plan.target, plan.too_long))
                self.noted(body, scope)
            elif plan.missing != "omit":
                raise Delegate

    def noted(self, body: dict[str, Any], scope: Scope) -> None:
        """The footnote that acts here."""
        note = body.get("note")
        if note and note not in scope.fixed["notes"]:
            scope.fixed["notes"].append(note)

    def rows(
        self, parts: dict[str, Any], plan: ListPlan, made: dict[str, Any], scope: Scope, keys: dict[str, Any]
    ) -> None:
        """The rows of a list, part by part."""
        rows: list[dict[str, Any]] = []
        found: list[str] = []
        for name, part in parts.items():
            if "when" in part and not truth(self.search(part["when"], scope)):
                continue
            at = f"{plan.address}.{name}"
            elements = self.search(part["each"], scope) or () if "each" in part else (scope.element,)
            for element in elements:
                own = Scope(self, element, part.get("let", {}), scope)
                if not self.left_out(part.get("rules", {}), own):
                    row: dict[str, Any] = {}
                    found.append(self.key(part, name, at, own, row))
                    self.lines(part["fields"], f"{at}.", row, own, {})
                    rows.append(row)
                    self.noted(part, own)
        if rows:
            owner_of(made, plan.path)[plan.path[-1].name] = rows
            keys[plan.path[-1].name] = found

    def left_out(self, rules: dict[str, Any], scope: Scope) -> bool:
        """Whether a row is left out without a word; any other rule that fires is not for us."""
        for rule in rules.values():
            if truth(self.search(rule["when"], scope)):
                if rule["then"] == "leave_out" and "say" not in rule:
                    return True
                raise Delegate
        return False

    def key(self, part: dict[str, Any], name: str, at: str, scope: Scope, row: dict[str, Any]) -> str:
        """A row's key, and the target's id of the row if it is known."""
        if "key" not in part:
            return name
        key = self.search(part["key"]["from"], scope)
        known = self.facts.links.forward(at, key_text([scope.fixed["own"], key]))
        if known is not None:
            row[part["key"]["to"]] = known[part["key"]["to"]]
        return f"{name}:{key}"

    # ------------------------------------------------------------ values

    def value(self, body: Any, scope: Scope) -> Any:
        """A value of any form, with its steps."""
        if isinstance(body, str):
            return self.search(body, scope)
        if not isinstance(body, dict):
            return body
        value = self.source(body, scope)
        if "values" in body and value is not None:
            table = self.search(body["values"], scope) or {}
            value = table.get(as_text(value), value if body.get("else") == "keep" else None)
        for step in body["as"] if isinstance(body.get("as"), list) else [body["as"]] if "as" in body else ():
            if value is not None:
                value = self.transformed(step, value, scope)
        if value is None and "default" in body:
            value = self.value(body["default"], scope)
        return value

    def transformed(self, step: Any, value: Any, scope: Scope) -> Any:
        """One step of `as`."""
        if isinstance(step, str):
            return TRANSFORMS[step].apply(value)
        ((name, given),) = step.items()
        named = TRANSFORMS[name].arguments
        if not isinstance(given, dict) or not {key for key, _ in named} & given.keys():
            given = {named[0][0]: given}
        return TRANSFORMS[name].apply(value, **{key: self.value(each, scope) for key, each in given.items()})

    def source(self, body: dict[str, Any], scope: Scope) -> Any:
        """Where a value comes from."""
        for form in ("from", "const", "setting", "text", "link", "pick", "negate", "abs", *LISTED):
            if form in body:
                return getattr(self, f"_{form}", self._listed)(body, scope)
        for form in ("round", "sum", "due_date"):
            if form in body:
                return getattr(self, f"_{form}")(body[form], scope)
        raise Delegate

    def _from(self, body: dict[str, Any], scope: Scope) -> Any:
        return self.search(body["from"], scope)

    def _const(self, body: dict[str, Any], scope: Scope) -> Any:
        return body["const"]

    def _setting(self, body: dict[str, Any], scope: Scope) -> Any:
        return self.facts.settings[body["setting"]]

    def _text(self, body: dict[str, Any], scope: Scope) -> Any:
        template, names = self.template(body["text"])
        return template.render({name: scope.get(name) for name in names})

    def _template(self, text: str) -> tuple[Any, set[str]]:
        names = meta.find_undeclared_variables(self.environment.parse(text))
        return self.environment.from_string(text), names

    def _link(self, body: dict[str, Any], scope: Scope) -> Any:
        keys = body["link"] if isinstance(body["link"], list) else [body["link"]]
        parts = [self.value(key, scope) for key in keys]
        if None in parts:
            return None
        links, via = self.facts.links, body["via"]
        memory = links.forward(via, key_text(parts))
        if memory is None:
            raise Delegate
        return remembered(memory, body.get("take") or links.target_id(via))

    def _pick(self, body: dict[str, Any], scope: Scope) -> Any:
        for choice in body["pick"]:
            if not isinstance(choice, dict) or "when" not in choice:
                return self.value(choice, scope)
            if truth(self.search(choice["when"], scope)):
                found = self.value(choice, scope)
                if found is not None:
                    self.noted(choice, scope)
                return found
        return None

    def _listed(self, body: dict[str, Any], scope: Scope) -> Any:
        ((form, listed),) = ((form, body[form]) for form in LISTED if form in body)
        return self.called(form, listed, scope)

    def _first(self, body: dict[str, Any], scope: Scope) -> Any:
        return next((v for each in body["first"] if (v := self.value(each, scope)) is not None), None)

    def _negate(self, body: dict[str, Any], scope: Scope) -> Any:
        return self.called("negate", [body["negate"]], scope)

    def _abs(self, body: dict[str, Any], scope: Scope) -> Any:
        return self.called("abs", [body["abs"]], scope)

    def called(self, name: str, given: list[Any], scope: Scope) -> Any:
        """An exact function; missing in, missing out."""
        values = [self.value(each, scope) for each in given]
        return None if None in values else FUNCTIONS[name].apply(*values)

    def _round(self, body: dict[str, Any], scope: Scope) -> Any:
        return self.called("round", [body["of"], body["to"]], scope)

    def _sum(self, body: dict[str, Any], scope: Scope) -> Any:
        inner = (Scope(self, element, {}, scope) for element in self.search(body["each"], scope))
        return sum((self.value(body["of"], each) for each in inner), Decimal(0))

    def _due_date(self, body: dict[str, Any], scope: Scope) -> Any:
        named = (self.value(body[name], scope) for name in ("date", "day", "type"))
        return FUNCTIONS["due_date"].apply(*named)


def plans(lines: Iterable[Put | ListPlan]) -> Iterable[Put | ListPlan]:
    """Every line of a flow, those inside rows too."""
    for line in lines:
        yield line
        for part in line.parts if isinstance(line, ListPlan) else ():
            yield from plans(part.lines)


def shown(value: Any) -> Any:
    """A value inside a text."""
    return "" if value is None else value if isinstance(value, str) else as_text(value)
