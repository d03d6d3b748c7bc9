"""A page made by hand, with one of everything and text that means harm."""

from __future__ import annotations

from engine.report.page_model import (
    Edition,
    Editions,
    Footnote,
    Group,
    Limit,
    Page,
    Permission,
    Permissions,
    Place,
    Region,
    Row,
    Setting,
    Table,
)

HOSTILE = "<script>alert('x')</script> & \"quotes\" | `ticks` *stars* [link](javascript:1)"

OVERVIEW = Table(
    name="overview",
    heading="Overview",
    intro="What moves between the two systems.",
    rows=(
        Row(
            "Project WBS codes",
            "Products and services",
            "export",
            (1,),
            left_detail="Cost codes & cost types",
        ),
        Row("Projects", "Tracking category option", "both"),
        Row("Subcontracts & purchase orders", "Purchase orders", "export", links=("commitments",)),
        Row("Subcontractor invoices", "Bills", "export", (2,), links=("invoices",)),
        Row("Commitment payments issued", "Bill payments", "import", (3,), links=("payments",)),
    ),
    footnotes=(
        Footnote(1, "Custom WBS segments stay in Procore."),
        Footnote(
            2,
            "An invoice whose total is negative does not export.",
            (Place("invoices.rules.negative", "invoices.yaml:31"),),
        ),
        Footnote(3, "Payments come back without tax.", (Place("payments.let.net", "payments.yaml:12"),)),
    ),
)

COMMITMENTS = Table(
    name="commitments",
    heading="Commitments",
    optional=True,
    intro="A commitment becomes a purchase order once its approver has accepted it.",
    rows=(
        Row(
            "System Date at Time of Commitment Creation",
            "Date",
            "export",
            places=(Place("commitments.Date", "commitments.yaml:21", "created_at"),),
        ),
        Row(
            "Commitment #",
            "Order Number",
            "export",
            places=(Place("commitments.PurchaseOrderNumber", "commitments.yaml:24"),),
        ),
        Row(
            "Title (General tab)",
            "Reference",
            "export",
            places=(
                Place(
                    "commitments.Reference",
                    "customers/demo/commitments.yaml:6",
                    "{{ number }} / {{ title }}",
                    "replaced",
                    "demo",
                    "The yard files by number and title.",
                ),
            ),
        ),
        Row(
            "Qty (Schedule of Values tab)",
            "Quantity",
            "export",
            places=(
                Place("commitments.LineItems.work.Quantity", "commitments.yaml:40"),
                Place("commitments.LineItems.amount_based.Quantity", "commitments.yaml:58"),
            ),
        ),
        Row(
            "Assignee",
            "Attention To",
            "export",
            places=(
                Place(
                    "commitments.AttentionTo",
                    "customers/demo/commitments.yaml:9",
                    "",
                    "added",
                    "demo",
                    "Deliveries go to a person.",
                ),
            ),
        ),
        Row(
            "Ship Via",
            "Delivery Instructions",
            "export",
            places=(
                Place(
                    "commitments.DeliveryInstructions",
                    "customers/demo/commitments.yaml:11",
                    "",
                    "dropped",
                    "demo",
                    "Nobody reads them.",
                ),
            ),
        ),
    ),
    limits=(
        Limit("Status is Approved or Complete.", "rule", "not-approved", "commitments.yaml:14"),
        Limit("The number has at most 255 characters.", "field", "PurchaseOrderNumber"),
        Limit("The order is made as a draft.", "setting", "purchase_order_status"),
    ),
)

INVOICES = Table(
    name="invoices",
    heading="Subcontractor Invoices",
    intro=HOSTILE,
    rows=(
        Row("Billing Date", "Date", "export", places=(Place("invoices.Date", "invoices.yaml:20"),)),
        Row(
            "Purchase Order Number/Invoice Number",
            "Reference",
            "export",
            (1,),
            (Place("invoices.InvoiceNumber", "invoices.yaml:24"),),
        ),
        Row("Direct Cost", because="A sub-heading of the vendor's table."),
        Row(
            "Total Retainage This Period, if applicable",
            "(on separate line item for retainage)",
            "export",
            (2, 1),
            (Place("invoices.LineItems.retainage", "invoices.yaml:61"),),
        ),
        Row(
            HOSTILE,
            HOSTILE,
            "export",
            places=(Place(HOSTILE, HOSTILE, HOSTILE, "replaced", HOSTILE, HOSTILE),),
            because=HOSTILE,
        ),
    ),
    footnotes=(
        Footnote(
            1,
            "With commitments synced the reference is the order number, otherwise the invoice number.",
            (Place("invoices.InvoiceNumber", "invoices.yaml:24"),),
        ),
        Footnote(2, HOSTILE, (Place("invoices.LineItems.retainage", "invoices.yaml:61"),)),
    ),
    limits=(
        Limit(HOSTILE, "because", HOSTILE),
        Limit("Retainage needs an item.", "setting", "retainage_item"),
    ),
)

PAYMENTS = Table(
    name="payments",
    heading="Commitment Payments Issued",
    rows=(
        Row("Payment Method", "n/a", "import", because="Xero does not know it; the line stays empty."),
        Row("Amount", "Amount Paid", "import", places=(Place("payments.amount", "payments.yaml:30"),)),
    ),
)

PAGE = Page(
    title="Project Financials + Xero",
    intro=("Orders and invoices are made once, in Procore; what was paid is entered once, in Xero.",),
    customer="demo",
    requirements=(Limit("The organisation is on a listed edition.", "setting", "region"),),
    overview=OVERVIEW,
    tables=(COMMITMENTS, INVOICES, PAYMENTS),
    groups=(
        Group(
            "schedule",
            "Sync schedule",
            (
                Limit(
                    "Shapes a project made from an option.",
                    "setting",
                    "project_template",
                    label="Default Project Template",
                ),
                Limit("", "because", "They are what the owner owes.", label="Prime contracts"),
            ),
        ),
    ),
    editions=Editions(
        "Supported editions",
        (
            Region(
                "United States and Canada",
                (Edition("Early", False, ("STARTER",)), Edition("Growing", True, ("STANDARD",))),
            ),
            Region(
                "Australia and New Zealand",
                (Edition("Ultimate", True, ("ULTIMATE", "ULTIMATE_10", "ULTIMATE_20"), (1,)),),
            ),
        ),
        "Read from the organisation.",
        ("Demo organisations go with a warning.",),
        (Footnote(1, "Every size of Ultimate is accepted."),),
    ),
    permissions=Permissions(
        "Permissions",
        (
            Permission(
                "Accept or Reject a Commitment for Export to ERP",
                standard="conditional",
                admin="conditional",
                requirement="Only as an accounting approver.",
            ),
            Permission("Configure Advanced Settings: ERP Integrations", admin="allowed"),
            Permission(
                "Import a Budget from ERP",
                standard="allowed",
                admin="allowed",
                unsupported="Budgets stay in Procore.",
            ),
            Permission(HOSTILE, admin="conditional", requirement=HOSTILE),
        ),
        "By level on the tool.",
    ),
    settings=(
        Setting(
            "region",
            "Connection",
            "Country of the organisation.",
            "US, CA, AU or NZ",
            asked=True,
            value="AU",
            set_by="customers/demo/settings.yaml:4",
        ),
        Setting(
            "purchase_order_status", "Commitments", "State in which an order is made.", "choice", "DRAFT"
        ),
        Setting("retainage_item", "Retainage", HOSTILE, "text", "", "RET", "customers/demo/settings.yaml:9"),
    ),
)
