"""Multiplies the truth by ``INSERT … SELECT``: whole rows with shifted ids.

A copy's id is its original's plus ``copy × span`` of its table, so a reference is shifted by the
span of the table it points to. All columns are copied; those that tell records apart (names,
numbers, addresses) get the copy's number.
"""

from contextlib import contextmanager

from odoo.tools import SQL

# Columns that point to multiplied tables.
REFERENCES = {
    "res_partner": {"commercial_partner_id": "res_partner", "parent_id": "res_partner"},
    "account_payment": {"partner_id": "res_partner", "move_id": "account_move"},
    "account_move": {
        "partner_id": "res_partner",
        "commercial_partner_id": "res_partner",
        "partner_shipping_id": "res_partner",
        "origin_payment_id": "account_payment",
    },
    "account_move_line": {
        "move_id": "account_move",
        "partner_id": "res_partner",
        "payment_id": "account_payment",
    },
}
# t is the original, c.n the number of the copy, m the entry the copy belongs to.
SUFFIXED = "t.%s || ' ' || c.n"
ADDRESS = "replace(t.%s, '@', '.' || c.n || '@')"
NUMBER = "(t.sequence_number + c.n * g.span)"
ENTRY_NAME = f"t.sequence_prefix || lpad({NUMBER}::text, greatest(5, length({NUMBER}::text)), '0')"
# Word for word what the ORM wrote, with the new number in the place of the old one.
RENAMED = "replace(t.%s, o.name, m.name)"
CHANGED = {
    "res_partner": {
        "name": SUFFIXED,
        "complete_name": SUFFIXED,
        "commercial_company_name": SUFFIXED,
        "ref": "t.%s || '-' || c.n",
        "email": ADDRESS,
        "email_normalized": ADDRESS,
    },
    "account_move": {
        "sequence_number": NUMBER,
        "name": ENTRY_NAME,
        "payment_reference": f"replace(t.%s, t.name, {ENTRY_NAME})",
        "invoice_partner_display_name": SUFFIXED,
    },
    "account_payment": {"name": RENAMED},
    "account_move_line": {"move_name": "m.name", "name": RENAMED},
}
NUMBERS = """
    JOIN (SELECT journal_id, sequence_prefix, max(sequence_number) AS span
            FROM account_move GROUP BY journal_id, sequence_prefix) g
      ON g.journal_id = t.journal_id AND g.sequence_prefix = t.sequence_prefix
"""
ENTRY = """
    JOIN account_move o ON o.id = t.move_id
    JOIN account_move m ON m.id = t.move_id + c.n * {move_span}
"""
JOINS = {"account_move": NUMBERS, "account_payment": ENTRY, "account_move_line": ENTRY}
# Entries point to payments and payments to entries.
LATER = {"account_move": ("origin_payment_id",)}


class Multiplier:
    """Copies the rows of some records ``copies`` times, with what they refer to."""

    def __init__(self, truth, copies):
        self.env = truth.env
        self.copies = copies
        self.ranges = {
            records._table: (min(records.ids), max(records.ids))
            for records in (truth.customers, truth.moves, truth.payments, truth.moves.line_ids)
        }
        # Ids that were burnt while the truth was made are left free.
        self.spans = {table: self._next_id(table) - low for table, (low, _) in self.ranges.items()}

    def run(self):
        """Insert the copies and set the id sequences behind them."""
        with self._foreign_keys_off():
            for table in ("res_partner", "account_move", "account_payment", "account_move_line"):
                self._insert(table)
                # The planner must not take it for the small table it was.
                self.env.cr.execute(f"ANALYZE {table}")
            for table, columns in LATER.items():
                for column in columns:
                    self._link(table, column)
        self._advance_sequences()
        self.env.invalidate_all()

    @contextmanager
    def _foreign_keys_off(self):
        """Check each foreign key once for all copies instead of once for each row."""
        keys = self.env.execute_query(
            SQL(
                "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
                " FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN %s",
                tuple(self.ranges),
            )
        )
        for table, name, _definition in keys:
            self.env.cr.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield
        for table, name, definition in keys:
            self.env.cr.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")

    def _next_id(self, table):
        sequence = f"{table}_id_seq"
        return self.env.execute_query(SQL("SELECT nextval(%s)", sequence))[0][0]

    def _columns(self, table):
        rows = self.env.execute_query(
            SQL(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                " AND table_schema = current_schema AND is_generated = 'NEVER'",
                table,
            )
        )
        return [row[0] for row in rows if row[0] not in LATER.get(table, ())]

    def _expression(self, table, column):
        if column == "id":
            return f"t.id + c.n * {self.spans[table]}"
        target = REFERENCES[table].get(column)
        if target:
            low, high = self.ranges[target]
            shifted = f"t.{column} + c.n * {self.spans[target]}"
            return (
                f"CASE WHEN t.{column} BETWEEN {low} AND {high} THEN {shifted} ELSE t.{column} END"
            )
        changed = CHANGED[table].get(column)
        if changed:
            return changed.replace("%s", column)
        return f't."{column}"'

    def _insert(self, table):
        columns = self._columns(table)
        names = ", ".join(f'"{column}"' for column in columns)
        values = ", ".join(self._expression(table, column) for column in columns)
        join = JOINS.get(table, "").format(move_span=self.spans["account_move"])
        # The outer loop runs over the copies: what belongs together lies together on disk.
        query = f"""
            INSERT INTO {table} ({names})
            SELECT {values}
              FROM generate_series(1, %s) AS c(n) CROSS JOIN {table} t {join}
             WHERE t.id BETWEEN %s AND %s
             ORDER BY c.n, t.id
        """
        self.env.cr.execute(query, (self.copies, *self.ranges[table]))

    def _link(self, table, column):
        """Set a reference to rows that were inserted later."""
        target = REFERENCES[table][column]
        self.env.cr.execute(
            f"""
            UPDATE {table} r SET {column} = t.{column} + c.n * {self.spans[target]}
              FROM generate_series(1, %s) AS c(n) CROSS JOIN {table} t
             WHERE t.id BETWEEN %s AND %s AND t.{column} IS NOT NULL
               AND r.id = t.id + c.n * {self.spans[table]}
            """,
            (self.copies, *self.ranges[table]),
        )

    def _advance_sequences(self):
        for table in self.ranges:
            self.env.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
