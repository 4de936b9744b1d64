"""Several renderers side by side: letters of committed notices.

A letter is half Python and half the PDF engine, which is a process of its own: while one
batch is on paper the next is prepared. Each batch has its own transaction, as if as many
workers of the scheduler did it.
"""

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from odoo import api, models
from odoo.modules import module as odoo_module
from odoo.tools import SQL

from .collection_issue import RETRY_ERRORS

_logger = logging.getLogger(__name__)

MAX_CONFLICTS = 3
# The first key of the advisory locks on letters; the second is the notice's id.
LETTER_LOCK = 0x636F6C6C


class CollectionDelivery(models.AbstractModel):
    _inherit = "collection.delivery"

    @api.model
    def _render_committed(self, notices):
        """Render letters in transactions of their own, several at once.

        The caller has just committed, and commits again to see what was done. Letters
        that another process is rendering are left to it.
        """
        pending = self._without_letter(notices)
        if odoo_module.current_test:
            self._render_letters(self._claim_letters(pending))
            return
        renderers = self._renderers()
        batches = [
            batch.ids
            for group in pending.grouped("company_id").values()
            for batch in self._cut_letters(group, parts=renderers)
        ]
        # Nothing is held while others work, and what they do is seen afterwards.
        self.env.invalidate_all()
        with ThreadPoolExecutor(min(renderers, len(batches)) or 1) as pool:
            list(pool.map(self._render_apart, batches))

    @api.model
    def _renderers(self):
        """How many letters are put on paper at once: as many as there are cores."""
        if self.env.context.get("job_uuid"):
            return 1  # the workers of queue_job are side by side already
        # Safe: reads one number of ours.
        parameters = self.env["ir.config_parameter"].sudo()
        value = parameters.get_param("account_collections.letter_renderers")
        if value and value.isdigit():
            return max(int(value), 1)
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    @api.model
    def _claim_letters(self, notices):
        """Those nobody else is rendering, until the end of the transaction.

        No row is locked: whoever books a payment meanwhile does not wait for paper.
        """
        free = self.env.execute_query(
            SQL(
                "SELECT id FROM unnest(%s::int[]) AS id WHERE pg_try_advisory_xact_lock(%s, id)",
                notices.ids,
                LETTER_LOCK,
            )
        )
        return notices.browse([notice_id for (notice_id,) in free])

    @api.model
    def _render_apart(self, notice_ids):
        """Render one batch in a transaction of its own; called in a thread."""
        threading.current_thread().dbname = self.env.cr.dbname
        for _attempt in range(MAX_CONFLICTS):
            try:
                with self.env.registry.cursor() as cr:
                    delivery = self.env(cr=cr)[self._name]
                    notices = delivery.env["collection.notice"].browse(notice_ids)
                    notices = delivery._without_letter(delivery._claim_letters(notices))
                    delivery._render_letters(notices)
                return
            except RETRY_ERRORS:
                continue
            except Exception:
                # The letters stay pending; the scheduled action tries again.
                _logger.exception("Letters of notices %s", notice_ids)
                return
