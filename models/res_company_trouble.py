import logging

from markupsafe import Markup

from odoo import models
from odoo.tools import exception_to_unicode

from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)

TROUBLE = "account_collections.mail_activity_type_trouble"
# The others are in the log.
SHOWN = 5


class ResCompany(models.Model):
    """Somebody hears of daily work that fails: nobody reads the log."""

    _inherit = "res.company"

    def _collection_attempt(self, kind, work, function, *args):
        """Do a part of the day's work of this company; what fails stops no other part.

        :param kind: what it is told under, see :meth:`_collection_report`
        :param work: what people call it
        :param function: returns the failures it has met itself, as texts, or None
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                failures = function(*args) or []
        except RETRY_ERRORS:
            raise
        except Exception as error:
            _logger.exception("%s: %s failed for %s", work, function.__name__, self.name)
            failures = [exception_to_unicode(error)]
        self._collection_report(kind, work, failures)

    def _collection_report(self, kind, work, failures):
        """Tell what failed, or that nothing does any more."""
        try:
            with self.env.cr.savepoint():
                if failures:
                    self._collection_tell(kind, work, failures)
                else:
                    self._collection_troubles(kind).unlink()
        except RETRY_ERRORS:
            raise
        except Exception:
            _logger.exception("%s: nobody was told at %s", work, self.name)

    def _collection_tell(self, kind, work, failures):
        """One open task a kind, with what was said last."""
        # Safe: the system's own task about its own work.
        company = self._collection_as_staff(self.sudo())
        shown = Markup().join(Markup("<li>%s</li>") % text for text in failures[:SHOWN])
        note = Markup("<p>%s</p><ul>%s</ul>") % (
            company.env._(
                "It is tried again every day, and not done until it works. Failures at the "
                "last try: %(count)s; the server's log says more.",
                count=len(failures),
            ),
            shown,
        )
        known = company._collection_troubles(kind)
        if known:
            known.note = note
            return
        company.partner_id.with_context(mail_activity_quick_update=True).activity_schedule(
            TROUBLE,
            company._collection_today(),
            summary=company.env._("Could not be done: %(work)s", work=work),
            note=note,
            user_id=company._collection_responsible().id,
            collection_trouble=kind,
        )

    def _collection_troubles(self, kind):
        """The open task of a kind."""
        return (
            self.env["mail.activity"]
            # Safe: the system's own tasks, whoever has them.
            .sudo()
            .search(
                [
                    ("collection_trouble", "=", kind),
                    ("res_model", "=", "res.partner"),
                    ("res_id", "=", self.partner_id.id),
                ]
            )
        )
