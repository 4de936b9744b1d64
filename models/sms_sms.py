from datetime import timedelta

from odoo import api, fields, models
from odoo.modules import module as odoo_module

from .iap_outcome import never_left

# A claim of this age whose outcome nobody wrote down was interrupted.
INTERRUPTED_AFTER = timedelta(minutes=15)
# What the number, and not the service or the account, is to blame for.
ADDRESS_FAILURES = (
    "sms_number_missing",
    "sms_number_format",
    "sms_country_not_supported",
    "sms_blacklist",
    "sms_optout",
    "sms_invalid_destination",
    "sms_not_allowed",
    "sms_rejected",
)


class _Listener:
    """The service of a batch, which remembers whether it fell silent.

    Core answers every exception with "server error"; a message that may have left
    must not be sent again, one that certainly has not may.
    """

    def __init__(self, service):
        self._service = service
        self.silent = False

    def __getattr__(self, name):
        return getattr(self._service, name)

    def _send_sms_batch(self, *args, **kwargs):
        try:
            return self._service._send_sms_batch(*args, **kwargs)
        except Exception as error:
            self.silent = not never_left(error)
            raise


class SmsSms(models.Model):
    """Dunning messages leave once, at an allowed time, and only to whoever still owes."""

    _inherit = "sms.sms"

    state = fields.Selection(
        selection_add=[("waiting", "Waiting for Contact Hours")],
        ondelete={"waiting": "set default"},
    )
    collection_not_before = fields.Datetime(string="Not Before", readonly=True)

    @api.model
    def _process_queue(self):
        """Messages whose time has come leave with the others; each dunning message
        is claimed, and the claim committed, before it is handed over."""
        self._collection_release()
        self._collection_close_interrupted()
        # A test calls this in a transaction of its own: nothing to commit.
        commits = not odoo_module.current_test or bool(self.env.context.get("cron_id"))
        return super(SmsSms, self.with_context(collection_commits=commits))._process_queue()

    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Dunning messages leave by the queue only, which keeps their claims."""
        ours = self.browse(sms.id for sms in self._collection_rows())
        if ours:
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
        return super(SmsSms, self - ours).send(
            unlink_failed=unlink_failed,
            unlink_sent=unlink_sent,
            raise_exception=raise_exception,
        )

    def _send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        """Send the messages of others as ever; of ours those that may leave now."""
        options = {
            "unlink_failed": unlink_failed,
            "unlink_sent": unlink_sent,
            "raise_exception": raise_exception,
        }
        rows = self._collection_rows()
        if not rows:
            return super()._send(**options)
        ours = self.browse(sms.id for sms in rows)
        if self - ours:
            super(SmsSms, self - ours)._send(**options)
        self.env["collection.communication"].sudo().union(*rows.values())._keep_back()
        ready = ours.filtered(lambda sms: sms._collection_may_leave(rows[sms]))
        ready._collection_claim(rows)
        for company, group in ready.grouped(lambda sms: rows[sms].company_id).items():
            scoped = group.with_company(company).with_context(
                sms_api=None, collection_company=company.id
            )
            super(SmsSms, scoped)._send(**options)
        return None

    def _send_with_api(self, sms_api, **options):
        if not self.env.context.get("collection_company"):
            return super()._send_with_api(sms_api, **options)
        listener = _Listener(sms_api)
        listening = self.with_context(collection_listener=listener)
        return super(SmsSms, listening)._send_with_api(listener, **options)

    def _get_sms_company(self):
        company_id = self.env.context.get("collection_company")
        return self.env["res.company"].browse(company_id) or super()._get_sms_company()

    # Rows of the timeline

    def _collection_rows(self):
        """``{message: communication}`` of the dunning messages among these."""
        trackers = (
            self.env["sms.tracker"]
            # Safe: the queue works for everybody; only delivery is written.
            .sudo()
            .search(
                [
                    ("sms_uuid", "in", self.mapped("uuid")),
                    ("collection_communication_id", "!=", False),
                ]
            )
        )
        by_uuid = {one.sms_uuid: one.collection_communication_id for one in trackers}
        return {sms: by_uuid[sms.uuid] for sms in self if sms.uuid in by_uuid}

    @api.model
    def _collection_of(self, communications):
        """The messages that carry these communications."""
        trackers = self.env["sms.tracker"].search(
            [("collection_communication_id", "in", communications.ids)]
        )
        return self.search([("uuid", "in", trackers.mapped("sms_uuid"))])

    def _collection_stop(self):
        """Take messages that have not left out of the queue."""
        self.filtered(lambda sms: sms.state in ("outgoing", "waiting")).write(
            {"state": "canceled", "failure_type": False}
        )

    def _collection_may_leave(self, row):
        """False for what is not needed any more, was tried before, or must wait."""
        self.ensure_one()
        if row.state != "queued" or row.claimed_on:
            self._collection_stop()
            return False
        return self._collection_is_time(row.company_id)

    def _collection_is_time(self, company):
        """False at a quiet time: the message waits for its end."""
        now = fields.Datetime.now()
        moment = self.env["collection.contact.rules"].sudo()._earliest(company, now)
        if moment <= now:
            return True
        self.write({"state": "waiting", "collection_not_before": moment})
        self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger(at=moment)
        return False

    def _collection_claim(self, rows):
        """Say that these are being handed over, so that no other process takes them
        and a crash between the service's "accepted" and our commit repeats nothing."""
        if not self:
            return
        self.env["collection.communication"].sudo().union(
            *(rows[sms] for sms in self)
        ).claimed_on = fields.Datetime.now()
        self.write({"state": "process"})
        if self.env.context.get("collection_commits"):
            self.env.cr.commit()  # pylint: disable=invalid-commit

    @api.model
    def _collection_release(self):
        """Messages that waited for an allowed time."""
        self.search(
            [
                ("state", "=", "waiting"),
                ("collection_not_before", "<=", fields.Datetime.now()),
            ]
        ).write({"state": "outgoing"})

    @api.model
    def _collection_close_interrupted(self):
        """What a dead process had claimed: a person finds out whether it arrived."""
        rows = (
            self.env["collection.communication"]
            .sudo()
            .search(
                [
                    ("channel", "=", "sms"),
                    ("state", "=", "queued"),
                    ("claimed_on", "<", fields.Datetime.now() - INTERRUPTED_AFTER),
                ]
            )
        )
        if not rows:
            return
        self._collection_of(rows).write({"state": "error", "failure_type": "unknown"})
        reason = self.env._("Sending was interrupted; the message may have arrived.")
        for row in rows:
            row._fail("unknown", reason)


class SmsTracker(models.Model):
    """Delivery decides the state of the communication, at once and later: reports
    of the network come in for days."""

    _inherit = "sms.tracker"

    collection_communication_id = fields.Many2one(
        "collection.communication", index="btree_not_null", ondelete="cascade"
    )

    def _action_update_from_sms_state(
        self, sms_state, failure_type=False, failure_reason=False
    ):
        result = super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason
        )
        rows = self.sudo().collection_communication_id
        if sms_state == "error":
            rows._sms_failed(failure_type, failure_reason)
        elif sms_state == "canceled":
            rows.filtered(lambda row: row.state == "queued" and not row.claimed_on)._not_needed(
                self.env._("The SMS was cancelled")
            )
        elif sms_state != "outgoing":
            rows._sms_accepted(delivered=sms_state == "sent")
        return result

    def _action_update_from_provider_error(self, provider_error):
        result = super()._action_update_from_provider_error(provider_error)
        _status, failure_type, failure_reason = result
        rows = self.sudo().collection_communication_id
        rows._sms_failed(failure_type, failure_reason or provider_error)
        return result


class CollectionCommunication(models.Model):
    _inherit = "collection.communication"

    def _sms_accepted(self, delivered):
        """The service has it, or the network says the phone has."""
        for row in self:
            row._sent()
            if delivered:
                row.date_delivered = row.company_id._collection_today()

    def _sms_failed(self, failure_type, failure_reason):
        labels = dict(self.env["sms.sms"]._fields["failure_type"]._description_selection(self.env))
        texts = (labels.get(failure_type), failure_reason and str(failure_reason))
        reason = ": ".join(filter(None, texts)) or self.env._("The SMS was not delivered")
        listener = self.env.context.get("collection_listener")
        if failure_type in ADDRESS_FAILURES:
            kind = "address"
        else:
            kind = "unknown" if listener and listener.silent else "temporary"
        for row in self.filtered(lambda row: row.state in ("queued", "sent")):
            row._fail(kind, reason)
