"""Makes the ledger one on which everything happens: levels, letters, charges, late payments.

Inside Odoo; the invoices themselves come from `./dev bench --make`.
"""

from datetime import date, timedelta

from odoo import Command

POST = 10  # one customer in so many gets letters and is charged
PAID = 50  # one late invoice in so many is paid the day before, and charged for that
DELAYS = (3, 15)
LETTER_TIMEOUT = 15  # seconds
INTERVAL = 7


def prepare(env, request):
    """Policies with what they charge: e-mails for most, letters and charges for some."""
    company = env.company
    company.collection_responsible_id = env.ref("base.user_admin")
    env.ref("base.user_admin").group_ids |= env.ref("account_collections.group_collections_manager")
    env["collection.policy"].search([("is_default", "=", True)]).is_default = False
    env.flush_all()
    plain = _create_policy(env, "Chaos", is_default=True)
    post = _create_policy(env, "Chaos by post")
    first, second = post.level_ids.sorted("delay_days")
    first.attach_letter = True
    second.write({"send_letter": True, "make_call": True})
    second.fee_rule_id = env.ref("account_collections.fee_rule_fr_b2b")
    env["res.partner"].search([("customer_rank", ">", 0)]).collection_policy_id = plain
    _post_customers(env).collection_policy_id = post
    parameters = env["ir.config_parameter"]
    parameters.set_param("report.url", request["url"])
    # A renderer that hangs is given up soon: the program waits for it more than once.
    parameters.set_param("account_collections.letter_timeout", LETTER_TIMEOUT)


def _create_policy(env, name, **values):
    templates = ("mail_template_oops", "mail_template_what_is_wrong")
    return env["collection.policy"].create(
        {
            "name": name,
            "company_id": env.company.id,
            "fee_rule_id": env.ref("account_collections.fee_rule_fr_b2b").id,
            "charge_at_payment": "all",
            "charge_paid_since": "2000-01-01",
            "level_ids": [
                Command.create(
                    {
                        "name": f"Level {number}",
                        "sequence": number * 10,
                        "delay_days": delay,
                        "min_interval_days": INTERVAL if number > 1 else 0,
                        "send_email": True,
                        "mail_template_id": env.ref(f"account_collections.{template}").id,
                    }
                )
                for number, (delay, template) in enumerate(
                    zip(DELAYS, templates, strict=True), start=1
                )
            ],
            **values,
        }
    )


def _post_customers(env):
    customers = env["res.partner"].search([("customer_rank", ">", 0)], order="id")
    # The second of ten also buys in another currency, in which compensation is converted.
    return customers[1::POST]


def pay(env, request):
    """Some customers pay an invoice late, the day before."""
    day = date.fromisoformat(request["day"]) - timedelta(days=1)
    invoices = env["account.move"].search(
        [
            ("move_type", "=", "out_invoice"),
            ("state", "=", "posted"),
            ("payment_state", "=", "not_paid"),
            ("invoice_date_due", "<", day),
            ("collection_is_charge", "=", False),
        ],
        order="id",
    )
    chosen = invoices[::PAID]
    for invoice in chosen:
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"payment_date": day})._create_payments()
    return {"paid": len(chosen)}
