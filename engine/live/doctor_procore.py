"""What is looked at in Procore: the company, what the account may do, currency, cost codes, calls left.

Before: `doctor`. After: nothing.
"""

from __future__ import annotations

from typing import Any

from engine.live.doctor import FAIL, OK, WARN, Patient

TOOLS = ("admin", "directory", "erp_integrations")  # where the account has to be an admin
LIMIT = "x-rate-limit-remaining"


def procore(patient: Patient) -> None:
    """Every check of Procore."""
    _company(patient)
    _permissions(patient)
    _currency(patient)
    _cost_codes(patient)
    _limits(patient)


def _company(patient: Patient) -> None:
    name, place = "Procore: company", "setting procore_company"
    with patient.check(name, place):
        wanted = str(patient.settings.get("procore_company") or "")
        found = {str(row["id"]): str(row.get("name", "")) for row in patient.rows("procore", "companies")}
        there = ", ".join(f"{title} ({key})" for key, title in found.items()) or "none"
        if not wanted:
            patient.say(name, FAIL, "no company is set", f"set procore_company; there is {there}", place)
        elif wanted not in found:
            text = f"the service account does not see company {wanted}; it sees {there}"
            patient.say(name, FAIL, text, "permit it on that company, or correct procore_company", place)
        else:
            patient.known["the Procore company"] = wanted
            patient.say(name, OK, f"{found[wanted]} ({wanted})")


def _permissions(patient: Patient) -> None:
    name, place = "Procore: permissions", "company Directory, service account"
    with patient.check(name, place):
        patient.need("the Procore company")
        tools = patient.ask("procore", "permissions").body["tools"]
        levels = {
            t["name"]: (t.get("friendly_name"), (t.get("user_access_level") or {}).get("name")) for t in tools
        }
        lacking = [_tool(levels, one) for one in TOOLS if levels.get(one, ("", ""))[1] != "admin"]
        if lacking:
            fix = "give the service account Admin on these tools of the company"
            patient.say(name, FAIL, "the account is no admin of " + ", ".join(lacking), fix, place)
        else:
            patient.say(name, OK, "admin of " + ", ".join(str(levels[one][0]) for one in TOOLS))


def _tool(levels: dict[str, Any], name: str) -> str:
    title, level = levels.get(name, (name, "none"))
    return f"{title} ({level})"


def _currency(patient: Patient) -> None:
    name, place = "Procore: currency", "setting base_currency"
    with patient.check(name, place):
        patient.need("the Procore company")
        found = patient.ask("procore", "company_currency").body["currency_iso_code"]
        wanted = patient.settings.get("base_currency")
        if found and wanted and found != wanted:
            text = f"the company's currency is {found}, and base_currency says {wanted}"
            patient.say(name, FAIL, text, "correct the setting, or the company in Procore", place)
        else:
            patient.say(name, OK, str(found))


def _cost_codes(patient: Patient) -> None:
    name, place = "Procore: cost code list", "setting cost_code_list"
    with patient.check(name, place):
        patient.need("the Procore company")
        wanted = str(patient.settings.get("cost_code_list") or "")
        rows = {str(row["id"]): row for row in patient.rows("procore", "cost_code_lists")}
        there = ", ".join(f"{row.get('name')} ({key})" for key, row in rows.items()) or "none"
        if not wanted:
            text = "no list is set, and Procore tells its cost codes by list: none is read"
            patient.say(name, FAIL, text, f"set cost_code_list; there is {there}", place)
        elif wanted not in rows:
            patient.say(
                name, FAIL, f"there is no list {wanted}; there is {there}", "correct cost_code_list", place
            )
        elif rows[wanted].get("is_erp_list") is False:
            text = f"{rows[wanted].get('name')} is not the list for integrated projects"
            patient.say(name, WARN, text, "choose the ERP list in Procore's company Admin tool", place)
        else:
            patient.say(name, OK, f"{rows[wanted].get('name')} ({wanted})")


def _limits(patient: Patient) -> None:
    name = "Procore: calls left"
    with patient.check(name):
        left = patient.ask("procore", "me").headers.get(LIMIT, "")
        if left.isdigit() and int(left) < 100:
            patient.say(name, WARN, f"{left} calls are left in this window", "wait for the next window")
        else:
            patient.say(
                name, OK, f"{int(left):,} in this window" if left.isdigit() else "Procore does not say"
            )
