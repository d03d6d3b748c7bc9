"""Tells Procore where its webhooks go: one hook with our secret, one trigger for ERP requests.

Asked again it finds what is there and adds what lacks. Xero's webhooks are made by hand, on the page of the
app. Before: `connect`. After: `listening`, at that address.
"""

from __future__ import annotations

from typing import Any

from engine.live.connect import Connection
from engine.live.declined import Declined
from engine.read.webhooks import SECRET, authorization
from engine.system.account import safe
from engine.system.body import body, encoded
from engine.system.port import DONE, Port
from engine.system.secrets import Secrets

TRIGGER = {"resource_name": "ERP Requests", "event_type": "create"}
VERSION = "v2"


def register(connection: Connection, public: str) -> list[str]:
    """Makes hook and trigger for the listener that the world reaches at `public`; says what was done."""
    secrets = Secrets(connection.name, connection.environ)
    secret = secrets.get("procore", SECRET)
    if secret is None:
        names = secrets.names("procore", SECRET)
        raise Declined("there is no secret that Procore could send", f"choose one, and set {names[1]}")
    port = connection.ports["procore"]
    url = f"{safe(public, 'the listener').rstrip('/')}/procore/{connection.name}"
    hook = next((one for one in _rows(port, "hooks") if one.get("destination_url") == url), None)
    said = [f"hook {hook['id']} to {url} is there"] if hook is not None else []
    if hook is None:
        headers = {"Authorization": authorization(secret)}
        wanted = {"api_version": VERSION, "destination_url": url, "destination_headers": headers}
        hook = _make(port, "hook", wanted)
        said += [f"hook {hook['id']} to {url} is made"]
    place = {"id": str(hook["id"])}
    if any(_same(one) for one in _rows(port, "triggers", place)):
        return [*said, f"its trigger for {TRIGGER['resource_name']} is there"]
    _make(port, "trigger", TRIGGER, place)
    return [*said, f"its trigger for {TRIGGER['resource_name']} is made"]


def _same(trigger: dict[str, Any]) -> bool:
    return all(str(trigger.get(name)).lower() == value.lower() for name, value in TRIGGER.items())


def _rows(port: Port, what: str, place: dict[str, str] | None = None) -> list[dict[str, Any]]:
    pages = port.rows(port.system.calls[f"procore.webhook_{what}"], place or {})
    return [row for page in pages for row in page]


def _make(port: Port, what: str, element: dict[str, Any], place: dict[str, str] | None = None) -> Any:
    call = port.system.calls[f"procore.webhook_{what}"]
    raw = encoded(body(call, [element], port.values))
    answer = port.send(port.request(call, place or {}, raw))
    if answer.meaning != DONE:
        raise Declined(f"Procore made no {what}: {answer.reason}", "register again: what is there is found")
    return answer.body
