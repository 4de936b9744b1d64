from odoo import api, models

from .pairs import joined


class CollectionDelivery(models.AbstractModel):
    """What each channel needs of a recipient, and what is missing."""

    _inherit = "collection.delivery"

    @api.model
    def _obstacles(self, company, pairs):
        """Why a notice of a level could not reach a recipient.

        :param pairs: list of ``(recipient, level)``
        :return: for each pair None or ``(reason, detail)`` as a skip has them
        """
        recipients = self.env["res.partner"].union(*(pair[0] for pair in pairs))
        unusable = self._unusable_addresses(company, recipients)
        levels = self.env["collection.level"].union(*(pair[1] for pair in pairs))
        today = company._collection_today() if company else None
        unreviewed = {level: level._review_problem(today) for level in levels}
        return [
            ("review_missing", unreviewed[level])
            if unreviewed[level]
            else self._obstacle(recipient, level, unusable)
            for recipient, level in pairs
        ]

    @api.model
    def _obstacle(self, recipient, level, unusable):
        if not recipient.commercial_partner_id.active:
            return ("archived_customer", "")
        if level.send_email and not level.mail_template_id:
            return ("missing_template", level.name)
        problems = self._channel_problems(recipient, level, unusable)
        written = [way for way in ("email", "letter", "sms") if level[f"send_{way}"]]
        needed = written or ["call"]
        if all(channel in problems for channel in needed):
            wanting = [problems[channel] for channel in needed]
            return ("no_recipient", joined(self.env, wanting))
        return None

    @api.model
    def _channel_problems(self, recipient, level, unusable):
        """``{channel: what is missing}`` for the level's channels."""
        problems = {}
        if level.send_email:
            problem = self._email_problem(recipient, unusable)
            if problem:
                problems["email"] = problem
        if level.send_letter and not recipient._collection_postal_address():
            problems["letter"] = self.env._(
                "%(name)s has no postal address", name=recipient.name
            )
        if level.make_call and not recipient._collection_phone():
            problems["call"] = self.env._("%(name)s has no phone number", name=recipient.name)
        return problems

    @api.model
    def _email_problem(self, recipient, unusable):
        """Why no e-mail reaches this contact, or "".

        :param unusable: see :meth:`_unusable_addresses`
        """
        emails = recipient._collection_emails()
        if not recipient.email:
            return self.env._("%(name)s has no e-mail", name=recipient.name)
        if not emails:
            return self.env._("invalid e-mail: %(email)s", email=recipient.email)
        return unusable[emails[0]] if all(email in unusable for email in emails) else ""

    @api.model
    def _prepare_email(self, recipient, unusable):
        """Of a communication: the address, or that there is none."""
        problem = self._email_problem(recipient, unusable)
        if problem:
            return {"state": "failed", "failure_kind": "address", "failure_reason": problem}
        return {"address": ", ".join(recipient._collection_emails())}

    @api.model
    def _unusable_addresses(self, company, recipients):
        """``{normalized e-mail: why it is not used}``: blacklisted, or returned
        before and nobody has dealt with it."""
        emails = {
            email
            for recipient in recipients
            for email in recipient._collection_emails()
        }
        blacklisted = self.env["mail.blacklist"].sudo().search([("email", "in", list(emails))])
        unusable = {
            row.email: self.env._("blacklisted: %(email)s", email=row.email)
            for row in blacklisted
        }
        returned = self.env["collection.communication"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("channel", "=", "email"),
                ("recipient_id", "in", recipients.ids),
                ("address", "!=", False),
                ("state", "=", "failed"),
                ("failure_kind", "=", "address"),
                ("resolved", "=", False),
            ],
            ["address"],
        )
        # A message to several addresses does not tell which one was returned.
        for email in {email for row in returned for email in row.address.split(", ")}:
            unusable[email] = self.env._("mail to %(email)s was returned", email=email)
        return unusable
