from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, plaintext2html

NAME_LENGTH = 128


class CollectionPortal(models.AbstractModel):
    """The customer names the person who is to receive reminders and statements."""

    _inherit = "collection.portal"

    @api.model
    def _name_contact(self, access, name, email, phone=""):
        """A contact of the customer who has this e-mail, or a new one.

        Who came by a link may have got it from anybody: he proposes, and the collector
        decides.

        :raises UserError: saying what to put right
        """
        companies = access.companies.filtered("collection_portal_contact")
        if not companies:
            raise UserError(self.env._("Please call us: this cannot be changed here."))
        self._lock(access)
        name = " ".join(self._clean(name).split())[:NAME_LENGTH]
        phone = " ".join(self._clean(phone).split())[:32]
        address = email_normalize(email or "")
        if not name or not address:
            raise UserError(self.env._("Please give a name and one e-mail address."))
        contact = self.env["res.partner"]
        if not access.by_link:
            contact = self._find_contact(access, address) or self._create_contact(
                access, name, address, phone
            )
        for company in companies:
            scoped = self._as_staff(access, company)
            if contact:
                access.customer.with_company(company).collection_contact_id = contact
                summary = scoped.env._("Named on the portal as accounting contact: %s", name)
            else:
                summary = scoped.env._("Accounting contact proposed by link: %s", name)
            words = "\n".join(filter(None, (name, address, phone)))
            row = scoped._log(access, company, summary, body=plaintext2html(words))
            scoped._tell(access, company, row, words)
        return contact

    @api.model
    def _find_contact(self, access, address):
        """One of the customer's own contacts; what it says stays as it is."""
        return access.customer.search(
            [
                ("commercial_partner_id", "=", access.customer.id),
                ("email_normalized", "=", address),
            ],
            limit=1,
        )

    @api.model
    def _create_contact(self, access, name, address, phone):
        customer = access.customer
        return customer.create(
            {
                "parent_id": customer.id,
                "type": "contact",
                "name": name,
                "email": address,
                "phone": phone,
                "lang": customer.lang,
                "company_id": customer.company_id.id,
            }
        )
