"""The peer's own methods on the same ledger: OCA ``account_credit_control``.

Its policy gets the delays of ours, so that the same items earn a level.
"""

from datetime import date

from odoo import Command

from .measure import Ruler

DELAYS = (3, 15, 30)
MAILS = 20
LABELS = {
    "lines": "peer: generate_credit_lines",
    "communications": "peer: lines to communications",
    "mails": "peer: e-mails with their PDF",
}


class Peer:
    """The company with the peer's policy."""

    def __init__(self, env, args):
        self.env = env
        self.day = date.fromisoformat(args.day)
        self.ruler = Ruler(env, args)

    def prepare(self):
        """A policy of three levels, by e-mail, for every customer of the company."""
        template = self.env.ref("account_credit_control.email_template_credit_control_base")
        accounts = self.env["account.account"].search([("account_type", "=", "asset_receivable")])
        self.env.company.credit_policy_id = self.env["credit.control.policy"].create(
            {
                "name": "Bench",
                "company_id": self.env.company.id,
                "account_ids": [Command.set(accounts.ids)],
                "level_ids": [
                    Command.create(self._prepare_level(number, delay, template))
                    for number, delay in enumerate(DELAYS, start=1)
                ],
            }
        )

    def _prepare_level(self, number, delay, template):
        text = "Our records show that the invoices below are overdue. Please pay them."
        return {
            "name": f"Level {number}",
            "level": number,
            "computation_mode": "net_days",
            "delay_days": delay,
            "email_template_id": template.id,
            "channel": "email",
            "custom_text": text,
            "custom_mail_text": f"<p>{text}</p>",
            "mail_show_invoice_detail": True,
        }

    def lines(self):
        """Its proposal."""
        run = self.env["credit.control.run"].create({"date": self.day})
        with self.ruler.measure(LABELS["lines"], "item") as cost:
            run.generate_credit_lines()
            self.env.flush_all()
            cost.items = self._lines

    def _lines(self):
        domain = [("policy_id", "=", self.env.company.credit_policy_id.id)]
        return self.env["credit.control.line"].search_count(domain)

    def communications(self):
        """A message a customer, level and currency, as `run_channel_action` makes them."""
        lines = self.env["credit.control.line"].search([("state", "=", "draft")])
        lines.write({"state": "to_be_sent"})
        with self.ruler.measure(LABELS["communications"], "communication") as cost:
            made = self.env["credit.control.communication"]._generate_comm_from_credit_lines(lines)
            self.env.flush_all()
            cost.items = len(made)

    def mails(self):
        """Its e-mails, each with its PDF, sent."""
        made = self.env["credit.control.communication"].search([], limit=MAILS, order="id")
        queue = self.env["mail.mail"]
        known = queue.search([]).ids
        with self.ruler.measure(LABELS["mails"], "e-mail") as cost:
            made._generate_emails()
            self.env.cr.commit()
            mails = queue.search([("id", "not in", known)])
            queue.process_email_queue(mails.ids)
            domain = [("model", "=", made._name), ("res_id", "in", made.ids)]
            messages = self.env["mail.message"].search([*domain, ("attachment_ids", "!=", False)])
            cost.items = len(messages)


def run(env, args):
    """Run the peer's works that ``args.peer_works`` names."""
    peer = Peer(env, args)
    for name in args.peer_works:
        getattr(peer, name)()
    return 0
