import re

from odoo import fields, models
from odoo.tools import email_normalize_all

PLAIN_EMAIL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# A portal user reads his own contact; how he is chased is not for him.
STAFF = "base.group_user"
# What is asked of a customer and of his contacts before a notice is proposed.
TO_REACH = (
    "active",
    "city",
    "collection_contact_id",
    "collector_id",
    "commercial_partner_id",
    "company_id",
    "country_id",
    "email",
    "lang",
    "name",
    "phone",
    "street",
    "street2",
    "zip",
)


class ResPartner(models.Model):
    _inherit = "res.partner"

    collection_policy_id = fields.Many2one(
        "collection.policy",
        string="Dunning Policy",
        company_dependent=True,
        check_company=True,
        groups=STAFF,
        help="Empty: the company's default policy.",
    )
    collection_contact_id = fields.Many2one(
        "res.partner",
        string="Collections Contact",
        company_dependent=True,
        index=False,
        groups=STAFF,
        help="Who receives the reminders. Empty: the invoice address, else the customer.",
    )
    collector_id = fields.Many2one(
        "res.users",
        company_dependent=True,
        groups=STAFF,
        help="Works this customer's overdue invoices.",
    )
    collection_hold_ids = fields.One2many(
        "collection.hold",
        "partner_id",
        string="Holds",
        # Others read the partner without being asked for rights on holds.
        groups="account_collections.group_collections_collector,"
        "account_collections.group_collections_auditor",
    )

    def _collection_recipients(self, company):
        """Who receives the notices of each customer.

        The collections contact, else the invoice address, else the customer
        himself; never a contact of another company.

        :return: ``{customer id: res.partner}`` for these commercial customers
        """
        customers = self.sudo().with_company(company)
        # All at once, and not the other hundred columns of a contact.
        customers.fetch(TO_REACH)
        allowed = (False, *company.parent_ids.ids)
        addresses = customers.search_fetch(
            [
                ("commercial_partner_id", "in", customers.ids),
                ("type", "=", "invoice"),
                ("id", "not in", customers.ids),
                ("company_id", "in", allowed),
            ],
            TO_REACH,
            order="id desc",
        )
        by_customer = {address.commercial_partner_id.id: address for address in addresses}
        result = {}
        for customer in customers:
            contact = customer.collection_contact_id
            if not contact.active or contact.company_id.id not in allowed:
                contact = by_customer.get(customer.id, customer)
            result[customer.id] = contact
        return result

    def _collection_collectors(self, company):
        """``{customer id: res.users}``, empty where nobody is assigned or he has left."""
        return {
            customer.id: customer.collector_id.filtered("active")
            for customer in self.sudo().with_company(company)
        }

    def _collection_lang(self, company):
        """An installed language for what this contact reads."""
        return self._collection_langs(company)[self.id]

    def _collection_langs(self, company):
        """The same of many contacts, ``{id: language}``."""
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        own = company.partner_id.lang
        last = own if own in installed else self.env.lang or "en_US"
        languages = {}
        for contact in self:
            languages[contact.id] = lang = contact.lang
            if lang not in installed:
                lang = contact.commercial_partner_id.lang
                languages[contact.id] = lang if lang in installed else last
        return languages

    def _collection_address_lines(self):
        """The lines of an address block: company, person, street, town, country; ``[]``
        of nobody."""
        if not self:
            return []
        lines = self._display_address().split("\n")
        company = self.commercial_company_name
        if self.name and self.name != company:
            lines.insert(1 if company else 0, self.name)
        return [line.strip() for line in lines if line.strip()]

    def _collection_emails(self):
        """The normalized e-mail addresses of this contact; several may stand in the field."""
        email = (self.email or "").strip()
        # Nearly all are plain: parsing what RFC 5322 allows takes a quarter of a millisecond.
        return [email.lower()] if PLAIN_EMAIL.fullmatch(email) else email_normalize_all(email)

    def _collection_postal_address(self):
        """The address on one line, or "" when a letter could not arrive."""
        if not any((self.street, self.street2, self.zip, self.city)):
            return ""
        return ", ".join(filter(None, self._display_address().split("\n")))

    def _collection_phone(self):
        return self.phone or self.commercial_partner_id.phone or ""

    def action_collection_remind(self):
        """Remind these customers now, with a preview."""
        return self.env["collection.remind"]._open(self.commercial_partner_id)

    def action_collection_communications(self):
        """The timeline of every contact with this customer."""
        self.ensure_one()
        return self._collection_action("collection_communication_action")

    def action_collection_notices(self):
        self.ensure_one()
        return self._collection_action("collection_notice_action")

    def _collection_action(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"account_collections.{name}")
        customer = self.commercial_partner_id
        return {
            **action,
            "domain": [("partner_id", "=", customer.id)],
            "context": {"default_partner_id": customer.id},
        }
