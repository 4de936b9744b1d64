from dataclasses import dataclass, field

from odoo import fields, models

from ..engine import compose, successors
from .account_move import STAFF
from .collection_dispute_credit import INVOICES


@dataclass(slots=True)
class Former:
    """What was known of an item before the invoice was corrected."""

    id: int
    due: object
    rows: object  # of notices
    charges: object
    level: object  # set by hand
    date: object
    reached: tuple = field(init=False)

    def __post_init__(self):
        """The level it had reached and when, as ``_compute_collection_level`` says."""
        issued = self.rows.filtered(lambda row: row.stage == "issued" and row.kind == compose.ITEM)
        last = issued.sorted(lambda row: (row.notice_id.date, row.id))[-1:]
        self.reached = (self.level, self.date)
        if last and (not self.date or last.notice_id.date > self.date):
            self.reached = (last.level_id, last.notice_id.date)

    def height(self):
        level, day = self.reached
        return bool(level), level.delay_days, level.sequence, day or self.due


class AccountMove(models.Model):
    """An invoice that is corrected may have other items when it is posted again.

    Core gives the new ones the ids of the old ones as they come, and deletes those that are
    too many. What was known of each is written down when the invoice leaves the books, and
    found again by its share of the debt: the levels it has reached, what it was charged, and
    what pauses it.
    """

    _inherit = "account.move"

    # What was known of the items when the invoice was reset to draft.
    collection_items_before = fields.Json(
        readonly=True, copy=False, groups=STAFF, export_string_translation=False
    )

    def button_draft(self):
        # Safe: whoever books need not see collections.
        posted = self.sudo().filtered(
            lambda move: move.state == "posted" and move.move_type in INVOICES
        )
        known = posted._collection_describe_items() if posted else {}
        result = super().button_draft()
        for move, values in known.items():
            move.collection_items_before = values
        return result

    def _post(self, soft=True):
        # One that was never posted has nothing to ask for.
        again = self.filtered("posted_before")
        posted = super()._post(soft)
        # Safe: as above.
        corrected = (again & posted).sudo().filtered("collection_items_before")
        for move in corrected:
            move._collection_go_on()
        if corrected:
            corrected.collection_items_before = False
        return posted

    def _collection_items_on_ladder(self):
        """What may have a level: the items of these invoices."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and line.date_maturity
            and line.amount_currency > 0
        )

    def _collection_describe_items(self):
        """``{move: values}`` of those about whose items anything is known."""
        debts = self._collection_items_on_ladder()
        debts._collection_look()
        about = {records._name: records for records in debts._collection_named_by()}
        known = {}
        for move, items in debts.grouped("move_id").items():
            named = {
                name: {record.id: (record.move_line_ids & items).ids for record in records}
                for name, records in about.items()
            }
            named = {
                name: {id_: ids for id_, ids in records.items() if ids}
                for name, records in named.items()
            }
            if (
                any(named.values())
                or items.collection_notice_line_ids
                or items.collection_manual_level_id
                or move.collection_charge_ids
            ):
                known[move] = {
                    "currency": move.currency_id.id,
                    "items": {item.id: item._collection_describe() for item in items},
                    "named": named,
                }
        return known

    def _collection_go_on(self):
        """Give the items what was known of those whose place they take."""
        self.ensure_one()
        known = self.collection_items_before
        items = self._collection_items_on_ladder()
        before = [
            successors.Part(int(id_), fields.Date.to_date(values["due"]), values["amount"])
            for id_, values in known["items"].items()
        ]
        after = [
            successors.Part(item.id, item.date_maturity, item.amount_currency) for item in items
        ]
        if not after or set(before) == set(after):
            return
        found = successors.successors(before, after)
        self._collection_carry_levels(items, self._collection_formers(before, known), found)
        self._collection_carry_pauses(known, found)

    def _collection_formers(self, before, known):
        """``{id: what was known of the item}``, as far as it still exists."""
        values = {part: known["items"][str(part.id)] for part in before}

        def alive(model, key):
            ids = [id_ for row in values.values() for id_ in row[key]]
            return self.env[model].browse(ids).exists()

        rows = alive("collection.notice.line", "rows")
        charges = alive("collection.charge", "charges")
        levels = alive("collection.level", "levels")
        return {
            part.id: Former(
                part.id,
                part.due,
                rows & rows.browse(row["rows"]),
                charges & charges.browse(row["charges"]),
                levels & levels.browse(row["levels"]),
                fields.Date.to_date(row["date"]) or False,
            )
            for part, row in values.items()
        }

    def _collection_carry_levels(self, items, formers, found):
        """Overdue items go on from the level of what they replace, with its record where
        one item alone does. One that is not due yet begins anew, as its ladder does."""
        today = self.company_id._collection_today()
        kept = {
            item.id
            for item in items
            if found[item.id] == [item.id]
            and (item.date_maturity < today or item.date_maturity == formers[item.id].due)
        }
        taken, heirs, levels = set(kept), [], []
        for item in items.sorted(lambda item: (item.date_maturity, item.id)):
            if item.id in kept:
                continue
            former = max(
                (formers[id_] for id_ in found[item.id]), key=Former.height, default=None
            )
            is_heir = former is not None and former.id not in taken
            if is_heir:
                taken.add(former.id)
                heirs.append((item, former, item.date_maturity < today))
            if former is None or item.date_maturity >= today:
                levels.append((item, self.env["collection.level"], False))
            elif is_heir:
                levels.append((item, former.level, former.date))
            else:
                levels.append((item, *former.reached))
        self._collection_hand_on([formers[id_] for id_ in formers.keys() - kept], heirs)
        for item, level, day in levels:
            if (item.collection_manual_level_id, item.collection_manual_date) != (level, day):
                item.write(
                    {"collection_manual_level_id": level.id, "collection_manual_date": day}
                )

    def _collection_hand_on(self, formers, heirs):
        """The record of items that are gone is the invoice's; the first item that takes the
        place of one has it too.

        :param heirs: ``(item, what was known of the one before, whether it keeps its levels)``
        """
        rows = self.env["collection.notice.line"].union(*(former.rows for former in formers))
        charges = self.env["collection.charge"].union(*(former.charges for former in formers))
        rows.write({"move_line_id": False, "former_move_id": self.id})
        charges.write({"move_line_id": False})
        # No item may have two of the same, not even on the way.
        self.env.flush_all()
        for item, former, keeps_levels in heirs:
            if keeps_levels:
                former.rows.move_line_id = item
            former.charges.move_line_id = item

    def _collection_carry_pauses(self, known, found):
        """Holds, disputes, promises and plans are about what their items have become."""
        same_currency = known["currency"] == self.currency_id.id
        for name, named in known["named"].items():
            records = self.env[name].browse(map(int, named)).exists()
            for record in records:
                # Another customer's debt now, or an amount that says nothing any more.
                if record.partner_id.commercial_partner_id != self.commercial_partner_id or not (
                    same_currency or name == "collection.hold"
                ):
                    continue
                was = set(named[str(record.id)])
                now = [id_ for id_, before in found.items() if not was.isdisjoint(before)]
                record._name_instead(self, self.line_ids.browse(now))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _collection_describe(self):
        """What is known of this item, to be kept as JSON."""
        self.ensure_one()
        charges = self.move_id.collection_charge_ids
        return {
            "due": fields.Date.to_string(self.date_maturity),
            "amount": self.amount_currency,
            "rows": self.collection_notice_line_ids.ids,
            "charges": charges.filtered(lambda charge: charge.move_line_id == self).ids,
            "levels": self.collection_manual_level_id.ids,
            "date": fields.Date.to_string(self.collection_manual_date),
        }


class CollectionNotice(models.Model):
    _inherit = "collection.notice"

    def _set_stage(self, stage, reason=None):
        """An item that has its level from another's record loses it with that one."""
        issued = self.line_ids.filtered(
            lambda row: row.stage == "issued" and row.kind == compose.ITEM and row.move_line_id
        )
        sources = {(row.move_id, row.level_id, row.notice_id.date): row for row in issued}
        result = super()._set_stage(stage, reason)
        for item in issued.move_id.line_ids.filtered("collection_manual_level_id"):
            level, day = item.collection_manual_level_id, item.collection_manual_date
            source = sources.get((item.move_id, level, day))
            if source and source.move_line_id != item:
                item.write(
                    {
                        "collection_manual_level_id": source.move_line_id.collection_level_id.id,
                        "collection_manual_date": source.move_line_id.collection_date,
                    }
                )
        return result
