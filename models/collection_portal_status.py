from odoo import api, models

# Pauses a promise on the portal would not add to, or must not touch.
TAKEN = ("promise", "case", "disputed")


class CollectionPortal(models.AbstractModel):
    """What a customer may do with each of his items, and what he has done with it."""

    _inherit = "collection.portal"

    @api.model
    def _status(self, access, company):
        """``{item id: {"can_promise", "can_dispute", "disputed", "promised"}}``.

        An item whose promise was broken is not promised again here: somebody has to talk.
        """
        items = self._items(access, company)
        known = self._read_known(access, company)
        days, broken = self._read_promised(items)
        disputed = self._read_disputed(items)
        paying = self._being_paid(items.move_id)
        # Whatever else keeps its reminders back, and for longer.
        in_case = self.env["collection.case"]._live_lines(items).move_line_id
        status = {}
        for item in items:
            one = known.get(item.id)
            reason = one.pause[0] if one and one.pause else ""
            free = reason not in TAKEN and item.id not in days and item not in in_case
            status[item.id] = {
                "can_promise": free and item.id not in broken,
                "can_dispute": item not in disputed and item not in in_case,
                "disputed": one.disputed if one else 0.0,
                "promised": days.get(item.id),
                "paying": item.move_id in paying,
            }
        return status

    @api.model
    def _read_known(self, access, company):
        """``{item id: item}`` as dunning sees them today, with what keeps them back."""
        # Safe: what is said of them is the customer's own.
        candidate = self.env["collection.candidate"].sudo()
        today = company._collection_today()
        books = candidate._read_books(company, today, access.customer.ids, ignore_proposals=True)
        return {item.id: item for item in books.items}

    @api.model
    def _read_promised(self, items):
        """``{item id: day}`` of promises that are open, and the ids of items whose promise
        was broken."""
        # Safe: the items are the customer's own.
        promises = (
            self.env["collection.promise"]
            .sudo()
            .search(
                [
                    ("move_line_ids", "in", items.ids),
                    ("state", "in", ("open", "broken", "partly_kept")),
                ]
            )
        )
        days, broken = {}, set()
        for promise in promises:
            if promise.state == "open":
                days.update(dict.fromkeys(promise.move_line_ids.ids, promise.date_promised))
            else:
                broken.update(promise.move_line_ids.ids)
        return days, broken

    @api.model
    def _read_disputed(self, items):
        """Those that are disputed, all or in part."""
        # Safe: the items are the customer's own.
        disputes = self.env["collection.dispute"].sudo()
        return disputes.search(
            [("move_line_ids", "in", items.ids), ("state", "=", "open")]
        ).move_line_ids

    @api.model
    def _being_paid(self, moves):
        """What a payment is under way for is not paid a second time, as core has it."""
        return moves.filtered(
            lambda move: move.transaction_ids.filtered(
                lambda one: (
                    one.state in ("pending", "authorized")
                    and one.provider_code not in ("none", "custom")
                )
            )
        )
