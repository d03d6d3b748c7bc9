"""A record linked to nothing: ours, a twin, a name that is taken, or really new. And what goes away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from engine.plan.actions import Action
from engine.plan.grounds import Known
from engine.plan.match import Names
from engine.system.model import Object
from tests.plan.conftest import DOCUMENT, ORDER, STORY, World, finds, known

Make = Callable[..., World]
LINKING = STORY.replace("one: ask", "one: link")
SUGGESTING = STORY.replace("one: ask", "one: suggest")


def kinds(actions: Iterable[Action]) -> dict[str, str]:
    return {action.source_id: action.kind for action in actions}


def test_an_equal_number_there_is_asked_about_and_never_made_again(world: Make) -> None:
    action = world(STORY, there={"D1": {"DocumentID": "D1", "Number": " a-1"}}).one()
    assert action.kind == "ask"
    assert [(c.target_id, c.score) for c in action.candidates] == [("D1", 100)]


def test_where_the_mapping_says_so_one_twin_is_linked_and_nothing_of_it_is_changed(world: Make) -> None:
    action = world(LINKING, there={"D1": {"Number": "A-1", "Memo": "Theirs"}}).one()
    assert (action.kind, action.target_id, action.body) == ("link", "D1", {})
    assert action.written == {"Number": "A-1"}


def test_several_twins_are_always_a_question(world: Make) -> None:
    there = {"D1": {"Number": "A-1"}, "D2": {"Number": "A-1", "Status": "DRAFT"}}
    action = world(LINKING, there=there).one()
    assert (action.kind, len(action.candidates)) == ("ask", 2)


def test_a_number_that_another_record_has_already_holds_and_names_it(world: Make) -> None:
    order = {**ORDER, "id": 2}
    there = {"D1": {"DocumentID": "D1", "Number": "A-1"}}
    action = world(STORY, order, there=there, links=known()).one()
    assert (action.kind, action.code) == ("hold", "taken")
    assert "linked to 1" in action.reason
    assert action.fix == "give this one another name or number"


def test_a_number_that_somebodys_deleted_document_keeps_cannot_be_linked_any_more(world: Make) -> None:
    gone = {"D1": {"DocumentID": "D1", "Number": "A-1", "Status": "GONE"}}
    action = world(STORY, there=gone).one()
    assert (action.kind, action.code) == ("hold", "taken")
    assert "keeps it although it is gone" in action.reason
    assert action.fix == "give this one another name or number"


def test_two_records_of_one_number_the_first_by_id_goes(world: Make) -> None:
    orders = ({**ORDER, "id": 10}, {**ORDER, "id": 9, "number": "a-1 "})
    actions = world(STORY, *orders).plan()
    assert kinds(actions) == {"10": "hold", "9": "create"}
    assert actions[0].code == "twin"
    assert "(9)" in actions[0].reason


def test_the_number_of_a_document_that_is_being_made_is_taken(world: Make) -> None:
    """Its own record may wait for something just now; if another were sent, one of them would be refused."""
    made = world(STORY, {**ORDER, "id": 9})
    action = made.one(born={"10": {"Number": "A-1"}})
    assert (action.kind, action.code) == ("hold", "twin")
    assert "(10)" in action.reason
    assert made.one(born={"10": {"Number": "B-7"}}).kind == "create"


def test_of_two_the_linked_one_keeps_the_number(world: Make) -> None:
    orders = ({**ORDER, "id": 9}, {**ORDER, "id": 10})
    there = {"D1": {"Number": "A-1", "Memo": "Roof"}}
    actions = world(STORY, *orders, there=there, links=known(source_id="10"), wrote={"10": {}}).plan()
    assert kinds(actions) == {"9": "hold", "10": "same"}


def test_what_proves_to_be_ours_is_adopted_even_if_it_was_changed_since(world: Make) -> None:
    text = "fields: {Number: number, Memo: title, Code: {text: 'KEY-{{ id }}'}}\n"
    there = {"D1": {"Number": "B-7", "Memo": "Roof", "Code": "KEY-1"}}
    action = world(text, there=there, target=finds(ours=("Code",))).one()
    assert (action.kind, action.target_id) == ("link", "D1")


def test_what_only_has_the_same_number_is_not_ours(world: Make) -> None:
    text = "fields: {Number: number, Memo: title}\n"
    there = {"D1": {"Number": "A-1", "Memo": "Other"}}
    action = world(text, there=there, target=finds("Number")).one()
    assert (action.kind, action.code) == ("hold", "taken")
    there["D1"]["Memo"] = "Roof"
    assert world(text, there=there, target=finds("Number")).one().kind == "link"


def test_a_similar_name_is_said_and_stops_nothing(world: Make) -> None:
    order = {**ORDER, "number": "Bluegums"}
    action = world(SUGGESTING, order, there={"D1": {"DocumentID": "D1", "Number": "Bluegum"}}).one()
    assert action.kind == "create"
    assert [c.target_id for c in action.candidates] == ["D1"]
    assert action.remarks[0].code == "similar"


def test_names_are_folded_by_accents_too_and_archived_ones_are_told() -> None:
    from engine.spec.model import Member
    from engine.spec.problem import Span

    span = Span("", 1, 1)
    root = Member("", "object", span, members={"Name": Member("Name", "text", span)})
    names = Names({"1": {"Name": "Kererū  Joinery", "Status": "ARCHIVED"}}, root, "Name")
    assert [c.label for c in names.same("kereru joinery")] == ["Kererū  Joinery (archived)"]
    assert names.near("something else") == []


# ---------------------------------------------------------------- both ways

PARTNERS = """
mapping: orders
from: src.order
to: dst.document
direction: both
version: 1
match: {from: number, to: Number, ignore: [case], one: suggest, many: ask}
fields:
  Number: {from: number, direction: both}
  Memo: {from: title, direction: both, conflict: WINS}
"""
SOURCE = Object("order", "src.order", "id")


def both(world: Make, wins: str, source: str, target: str, base: str) -> tuple[str, str]:
    """What the way forward does with Memo, and what the way back does."""
    text = PARTNERS.replace("WINS", wins)
    order = {"id": 1, "number": "A-1", "title": source}
    document = {"DocumentID": "D1", "Number": "A-1", "Memo": target}
    wrote = {"1": {"Number": "A-1", "Memo": base}}
    forth = world(text, order, there={"D1": document}, links=known(), wrote=wrote).one()
    back = world(
        text, document, there={"1": order}, links=known(), back=True, target=SOURCE, counterpart=wrote
    ).one()
    return forth.kind, back.kind


def test_on_a_two_way_line_each_side_brings_its_own_change(world: Make) -> None:
    assert both(world, "ask", "new", "old", "old") == ("update", "same")
    assert both(world, "ask", "old", "new", "old") == ("same", "update")
    assert both(world, "ask", "new", "newer", "old") == ("conflict", "same")


def test_a_side_that_wins_always_stands(world: Make) -> None:
    assert both(world, "from", "old", "new", "old") == ("update", "same")
    assert both(world, "from", "new", "newer", "old") == ("update", "same")
    assert both(world, "to", "new", "old", "old") == ("same", "update")
    assert both(world, "to", "new", "newer", "old") == ("same", "update")


def test_what_is_only_there_is_offered_and_never_made(world: Make) -> None:
    text = PARTNERS.replace("WINS", "ask")
    document = {"DocumentID": "D9", "Number": "Z-9", "Memo": "Shed"}
    action = world(text, document, back=True, target=SOURCE).one()
    assert (action.kind, action.body) == ("offer", {})
    there = {"4": {"id": 4, "number": "z-9"}}
    assert world(text, document, back=True, target=SOURCE, there=there).one().candidates[0].target_id == "4"


# ---------------------------------------------------------------- what goes away

LEAVING = """
removed_by: [gone]
rules:
  gone: {when: "status == 'closed'", then: skip, say: It was closed.}
  later: {when: "status == 'open'", then: skip, say: Not yet.}
fields: {Number: number}
"""


def test_a_rule_that_removes_takes_the_document_with_it(world: Make) -> None:
    there = {"D1": {"DocumentID": "D1", "Number": "A-1"}}
    closed = {**ORDER, "status": "closed"}
    action = world(LEAVING, closed, there=there, links=known()).one()
    assert (action.kind, action.target_id, action.reason) == ("delete", "D1", "It was closed.")
    assert world(LEAVING, closed, there={}, links=known()).one().kind == "same"
    assert world(LEAVING, closed, there=there).one().kind == "skip"
    assert world(LEAVING, {**ORDER, "status": "open"}, there=there, links=known()).one().kind == "skip"


def test_of_a_split_record_every_document_goes(world: Make) -> None:
    text = f"""{LEAVING}split: {{rows: lines, as: own, by: {{job: job}}}}
"""
    links = {
        f'["1","{job}"]': Known(f'["1","{job}"]', f"D{job}", {"DocumentID": f"D{job}"}) for job in ("a", "b")
    }
    there = {"Da": {"Number": "A-1"}, "Db": {"Number": "A-1"}}
    free = replace(DOCUMENT, natural=())
    lines = [{"id": 1, "job": "a", "amount": "1"}]
    closed = world(text, {**ORDER, "status": "closed", "lines": lines}, there=there, links=links, target=free)
    assert [(a.kind, a.target_id) for a in closed.plan()] == [("delete", "Da"), ("delete", "Db")]
    moved = world(text, {**ORDER, "lines": lines}, there=there, links=links, target=free)
    assert [(a.kind, a.target_id) for a in moved.plan()] == [("same", "Da"), ("delete", "Db")]


def test_of_a_split_record_whose_last_row_is_no_cost_any_more_the_document_goes(world: Make) -> None:
    text = """
removed_by: [gone, no-job]
rules:
  gone: {when: "status == 'closed'", then: skip, say: It was closed.}
split:
  rows: lines
  as: own
  rules:
    no-job: {when: "!job", then: leave_out, say: It is on no job.}
    switched-off: {when: "job == 'off'", then: leave_out, say: That job takes none.}
    text-line: {when: "job == 'text'", then: leave_out}
  by: {job: job}
fields: {Number: number}
"""
    links = {'["1","a"]': Known('["1","a"]', "Da", {"DocumentID": "Da"})}
    free = replace(DOCUMENT, natural=())

    def planned(*jobs: Any) -> list[tuple[str, str]]:
        rows = [{"id": n, "job": job, "amount": "1"} for n, job in enumerate(jobs)]
        made = world(
            text, {**ORDER, "lines": rows}, there={"Da": {"Number": "A-1"}}, links=links, target=free
        )
        return [(action.kind, action.target_id) for action in made.plan()]

    assert planned("a") == [("same", "Da")]
    assert planned(None) == [("delete", "Da")]
    assert planned("text") == planned() == [("delete", "Da")], "none of its lines belongs there any more"
    assert planned("off") == [("skip", "")], "a switch says nothing of what stands there"
