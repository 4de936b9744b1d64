from datetime import date

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..models.bulk import bulk_insert, bulk_insert_columns, bulk_update, id_array


@tagged("post_install", "-at_install")
class TestBulk(TransactionCase):
    """What goes to the database by the column arrives as it was, whatever it is."""

    HOSTILE = (
        'quote " and \\ backslash',
        "{brace, comma}",
        "NULL",
        "null",
        "",
        "line\nbreak\ttab",
        "șțăîâ é ñ 漢字 \U0001f600 \u202eabc",
        "'; DROP TABLE res_partner; --",
        "%s %(name)s",
    )

    def _insert(self, rows):
        tags = bulk_insert(self.env["res.partner.category"], rows)
        self.assertEqual(len(tags), len(rows))
        return tags

    def test_text_arrives_as_it_is(self):
        rows = [{"name": {"en_US": text}, "color": 3} for text in self.HOSTILE]
        self.assertEqual(self._insert(rows).mapped("name"), list(self.HOSTILE))

    def test_text_columns_arrive_as_they_are(self):
        rows = [{"name": text, "res_model": "res.partner"} for text in self.HOSTILE]
        rows.append({"name": self.HOSTILE[0], "res_model": "res.partner"})
        filters = bulk_insert(
            self.env["ir.attachment"], [{**row, "type": "url", "url": None} for row in rows]
        )
        self.env.cr.execute(
            "SELECT name, url FROM ir_attachment WHERE id IN %s ORDER BY id", [filters._ids]
        )
        self.assertEqual(
            self.env.cr.fetchall(), [(text, None) for text in (*self.HOSTILE, self.HOSTILE[0])]
        )

    def test_numbers_booleans_days_and_nothing(self):
        company, other = self.env.company, self.env["res.company"].create({"name": "Other"})
        currency = self.env["res.currency"].create({"name": "XTB", "symbol": "x"})
        rates = (1.0, 1e-7, 123456789012.5, 2.0)
        rows = [
            {
                "name": date(2026, 1, day),
                "rate": rate,
                "currency_id": currency.id,
                "company_id": owner.id if owner else None,
            }
            for day, (rate, owner) in enumerate(
                zip(rates, (company, other, None, company), strict=True), start=1
            )
        ]
        made = bulk_insert(self.env["res.currency.rate"], rows)
        self.assertEqual(made.mapped("rate"), list(rates))
        self.assertEqual(
            [row.company_id.id or None for row in made], [row["company_id"] for row in rows]
        )
        self.assertEqual([row.name.day for row in made], [1, 2, 3, 4])

    def test_one_row_and_what_is_the_same_in_all(self):
        alone = self._insert([{"name": {"en_US": "Alone"}, "color": 7, "active": False}])
        self.assertEqual((alone.name, alone.color, alone.active), ("Alone", 7, False))
        same = self._insert([{"name": {"en_US": "Same"}, "color": 1, "active": True}] * 3)
        self.assertEqual(same.mapped("name"), ["Same"] * 3)
        self.assertEqual(same.mapped("active"), [True] * 3)

    def test_true_is_not_one(self):
        rows = [
            {"name": {"en_US": str(color)}, "color": color, "active": bool(color)}
            for color in (1, 0, 1)
        ]
        made = self._insert(rows)
        self.assertEqual(made.mapped("color"), [1, 0, 1])
        self.assertEqual(made.mapped("active"), [True, False, True])

    def test_nothing_to_insert(self):
        self.assertFalse(bulk_insert(self.env["res.partner.category"], []))
        bulk_insert_columns(self.env["res.partner.category"], {"name": []})

    def test_columns_without_ids(self):
        bulk_insert_columns(
            self.env["res.partner.category"],
            {
                "color": [4, 4],
                "active": [True, True],
                "name": [{"en_US": "Bulk A"}, {"en_US": "Bulk B"}],
            },
        )
        found = self.env["res.partner.category"].search([("name", "like", "Bulk")], order="id")
        self.assertEqual(found.mapped("name"), ["Bulk A", "Bulk B"])
        self.assertEqual(found.create_uid, self.env.user)

    def test_update_each_its_own_and_the_same(self):
        made = self._insert([{"name": {"en_US": "Old"}, "color": 1}] * 3)
        bulk_update(
            made[:2],
            [
                {"id": made[1].id, "color": 9, "name": {"en_US": "New"}},
                {"id": made[0].id, "color": 8, "name": {"en_US": "New"}},
            ],
        )
        self.assertEqual(made.mapped("color"), [8, 9, 1])
        self.assertEqual(made.mapped("name"), ["New", "New", "Old"])

    def test_many_ids(self):
        partners = self.env["res.partner"].search([], limit=3)
        for ids in (partners.ids, []):
            query = SQL("SELECT count(*) FROM res_partner WHERE id = ANY(%s)", id_array(ids))
            self.assertEqual(self.env.execute_query(query), [(len(ids),)])
