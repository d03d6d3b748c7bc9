"""Whether somebody can let records through: the people of a gate that is decided here.

Before: `doctor`. After: its report.
"""

from __future__ import annotations

from engine.live import log
from engine.live.admission import LOCAL
from engine.live.doctor import FAIL, OK, WARN, Patient

NAME = "accounting approver"


def gate(patient: Patient) -> None:
    """One check: with `approval_home: local` nothing leaves Procore until an approver is named."""
    connection = patient.connection
    home = connection.settings().get("approval_home")
    with patient.check(NAME, "settings.approval_home"):
        if home != LOCAL:
            where = "Procore's ERP Integrations tool decides" if home == "erp_tool" else "nobody is asked"
            patient.say(NAME, OK, f"approval_home is {home}: {where}", place="settings.approval_home")
            return
        with connection.ledger.look() as tx:
            everybody = log.everybody(connection.ledger, tx)
        names = [one.full_name or one.name for one in everybody.values() if one.is_approver()]
        if not everybody:
            fix = f"crosswalk erp grant {connection.name} NAME --company-administrator"
            patient.say(NAME, FAIL, "nobody was named, so nothing can be accepted", fix)
        elif not names:
            fix = f"crosswalk erp grant {connection.name} NAME --level standard --approver"
            patient.say(NAME, WARN, "nobody may accept what is sent", fix)
        else:
            patient.say(NAME, OK, f"{', '.join(names)} may accept what is sent")
