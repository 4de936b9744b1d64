import logging

import psycopg2.errors

from odoo import api, models
from odoo.tools import exception_to_unicode

from ..engine import compose
from .bulk import bulk_insert

_logger = logging.getLogger(__name__)

# These concern the whole transaction, not one customer: whoever opened it
# (the RPC layer, the scheduled action) tries again on fresh data.
RETRY_ERRORS = (
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
)
ITEM_FIELDS = ["move_id", "reconciled", "parent_state", "company_id", "partner_id"]
MOVE_FIELDS = ["name", "move_type", "partner_bank_id", "payment_reference", "collection_level_id"]
# A person waits for this many letters; more are rendered by the scheduled action.
INLINE_LETTERS = 30


class CollectionIssue(models.AbstractModel):
    """Issuing notices: lock, re-read, freeze, deliver, advance."""

    _name = "collection.issue"
    _description = "Issue of Notices"

    @api.model
    def _issue(self, notices):
        """Issue proposals and render their letters.

        The single door: buttons, wizards and RPC come through here; the
        scheduled action calls the two halves with a commit in between.

        :param notices: ``collection.notice`` in sudo; those not ready stay
        :return: the notices that were issued
        """
        issued = self._issue_texts(notices)
        self._render_some(issued)
        return issued

    @api.model
    def _render_some(self, issued):
        """The letters a person waits for; the scheduled action renders the others."""
        delivery = self.env["collection.delivery"]
        letters = delivery._without_letter(issued)
        delivery._waited_for()._render_letters(letters[:INLINE_LETTERS])
        if len(letters) > INLINE_LETTERS:
            self.env.ref("account_collections.ir_cron_letters")._trigger()

    @api.model
    def _issue_texts(self, notices):
        """Everything but the PDFs, which are rendered from the frozen content."""
        issued = notices.browse()
        for (company, date), group in notices.grouped(
            lambda notice: (notice.company_id, notice._issue_date())
        ).items():
            # Who issued it, and when, is on the notice: the chatter is for people's work.
            scoped = self.with_company(company).with_context(tracking_disable=True)
            group = group.with_env(scoped.env).filtered(lambda n: n.stage == "proposed")
            group = self._keep_approved(group)
            customers = group.partner_id.try_lock_for_update(allow_referencing=True)
            group = group.filtered(lambda notice, free=customers: notice.partner_id in free)
            issued |= scoped._issue_isolated(group, date).with_env(notices.env)
        if issued:
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return issued

    @api.model
    def _keep_approved(self, notices):
        """A level that has come to need approval since the proposal waits for it."""
        waiting = notices.filtered(
            lambda notice: notice.level_id.requires_approval
            and not notice._is_approved(notice.level_id)
        )
        waiting.write({"stage": "to_approve"})
        return notices - waiting

    @api.model
    def _issue_isolated(self, notices, date):
        """All at once; if that fails, customer by customer, so that one bad
        customer stops nobody.

        :return: the issued notices
        """
        if not notices:
            return notices
        try:
            with self.env.cr.savepoint():
                return self._issue_batch(notices, date)
        except RETRY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is recorded
            self.env.invalidate_all(flush=False)
            by_customer = notices.grouped("partner_id")
            if len(by_customer) == 1:
                self._record_error(notices, error)
                return notices.browse()
        issued = notices.browse()
        for group in by_customer.values():
            issued |= self._issue_isolated(group, date)
        return issued

    @api.model
    def _record_error(self, notices, error):
        """The customer's notices failed; his items stay where they are."""
        text = exception_to_unicode(error)
        _logger.info("Notices %s were not issued: %s", notices.ids, text)
        notices._set_stage("failed", text)
        for notice in notices:
            self._add_skips(notice, notice.line_ids, "error", text)

    @api.model
    def _issue_batch(self, notices, date):
        notices = self._refresh(notices, date)
        notices = self._keep_reachable(notices)
        if not notices:
            return notices
        self._read_ahead(notices)
        self._make_charges(notices, date)
        notices._freeze(date)
        delivery = self.env["collection.delivery"]
        notices._set_issued(delivery._texts(notices))
        delivery._deliver(notices)
        self.env["collection.communication"]._resolve_superseded(notices)
        # The unique index and the items' rows speak now, inside the savepoint; what was
        # written in bulk is read anew by whoever asks.
        self.env.invalidate_all()
        return notices

    @api.model
    def _read_ahead(self, notices):
        """Read at once what each notice asks of its items and invoices: a filtered
        recordset reads for itself alone."""
        items = notices.line_ids.move_line_id
        items.fetch(ITEM_FIELDS)
        items.move_id.fetch(MOVE_FIELDS)

    @api.model
    def _add_skips(self, notice, lines, reason, detail=""):
        lines = lines.filtered(lambda line: line.kind in compose.SUBJECTS and line.move_line_id)
        if not notice.run_id:
            return
        # What the ladder leaves out says nothing about a discount, and the reverse.
        # Asked for these items: a run may have left out tens of thousands.
        skips = (
            self.env["collection.skip"]
            .search(
                [
                    ("run_id", "=", notice.run_id.id),
                    ("move_line_id", "in", lines.move_line_id.ids),
                ]
            )
            .filtered(lambda skip: skip.level_id.kind in (notice.level_id.kind, False))
        )
        known = skips.move_line_id
        bulk_insert(
            self.env["collection.skip"],
            [
                {
                    "run_id": notice.run_id.id,
                    "company_id": notice.company_id.id,
                    "date": notice.date,
                    "move_line_id": line.move_line_id.id,
                    "move_id": line.move_id.id or None,
                    "partner_id": notice.partner_id.id,
                    "level_id": line.level_id.id or None,
                    "reason": reason,
                    "detail": detail or None,
                }
                for line in lines
                if line.move_line_id not in known
            ],
        )
        notice.run_id.invalidate_recordset(["skip_ids"])

    @api.model
    def _keep_reachable(self, notices):
        """Those somebody will receive; the others are closed with the reason."""
        delivery = self.env["collection.delivery"]
        recipients = {
            company: group.partner_id._collection_recipients(company)
            for company, group in notices.grouped("company_id").items()
        }
        pairs = [
            (recipients[notice.company_id][notice.partner_id.id], notice.level_id)
            for notice in notices
        ]
        kept = notices.browse()
        obstacles = delivery._obstacles(notices.company_id[:1], pairs)
        for notice, (recipient, _level), obstacle in zip(notices, pairs, obstacles, strict=True):
            if obstacle:
                self._fail(notice, *obstacle)
                continue
            if notice.recipient_id != recipient:
                notice.recipient_id = recipient
            kept |= notice
        return kept

    @api.model
    def _fail(self, notice, reason, detail):
        text = self.env["collection.skip"]._say(reason, detail)
        self._add_skips(notice, notice._advancing(), reason, detail)
        notice._set_stage("failed", text)
