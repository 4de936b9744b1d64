"""What a replay left behind, told so that two of them can be compared.

Read by SQL from what was written, not from what the replay believes it did.
"""

import json
from collections import defaultdict
from datetime import date

REMINDERS = """
    SELECT m.name AS invoice, n.date, v.name ->> 'en_US' AS level, v.delay_days, l.occurrence
      FROM collection_notice_line l
      JOIN collection_notice n ON n.id = l.notice_id
      JOIN collection_level v ON v.id = l.level_id
      LEFT JOIN account_move_line i ON i.id = l.move_line_id
      JOIN account_move m ON m.id = COALESCE(i.move_id, l.former_move_id)
     WHERE l.kind = 'item' AND l.stage = 'issued' AND n.stage = 'issued'
     ORDER BY n.date, l.id
"""
LEVELS = """
    SELECT m.name AS invoice, v.name ->> 'en_US' AS level
      FROM account_move_line i
      JOIN account_move m ON m.id = i.move_id
      JOIN collection_level v ON v.id = i.collection_level_id
"""
INTEREST = """
    SELECT m.name AS invoice, round(sum(c.amount) * 100)::bigint AS cents,
           min(c.date_from) AS first, max(c.date_to) AS last, count(*) AS charges
      FROM collection_charge c JOIN account_move m ON m.id = c.move_id
     WHERE c.kind = 'interest' AND c.state != 'reversed'
     GROUP BY 1
"""
# Each would be something doubled or forgotten.
FAULTS = {
    "an item twice at one level": """
        SELECT count(*) FROM (
            SELECT 1 FROM collection_notice_line WHERE kind = 'item' AND stage = 'issued'
             GROUP BY move_line_id, level_id, occurrence HAVING count(*) > 1) twice""",
    "an item on two notices of a day": """
        SELECT count(*) FROM (
            SELECT 1 FROM collection_notice_line l
              JOIN collection_notice n ON n.id = l.notice_id
             WHERE l.kind = 'item' AND l.stage = 'issued'
             GROUP BY l.move_line_id, n.date HAVING count(*) > 1) twice""",
    "an item whose level is not that of its last notice": """
        SELECT count(*) FROM account_move_line i
          LEFT JOIN LATERAL (
              SELECT l.level_id, n.date FROM collection_notice_line l
                JOIN collection_notice n ON n.id = l.notice_id
               WHERE l.move_line_id = i.id AND l.kind = 'item' AND l.stage = 'issued'
               ORDER BY n.date DESC, l.id DESC LIMIT 1) last ON true
         WHERE (i.collection_level_id, i.collection_date)
               IS DISTINCT FROM (last.level_id, last.date)""",
    "a notice that was issued and told nobody": """
        SELECT count(*) FROM collection_notice n WHERE n.stage = 'issued'
           AND NOT EXISTS (SELECT 1 FROM collection_communication c WHERE c.notice_id = n.id)""",
    "a message that left twice by one channel": """
        SELECT count(*) FROM (
            SELECT 1 FROM collection_communication WHERE notice_id IS NOT NULL
               AND direction = 'out' AND channel IN ('email', 'letter')
             GROUP BY notice_id, channel HAVING count(*) > 1) twice""",
    "a proposal left over from an earlier day": """
        SELECT count(*) FROM collection_notice n JOIN collection_run r ON r.id = n.run_id
         WHERE n.stage = 'proposed' AND r.date < %(last)s AND n.approved_by_id IS NULL""",
    "interest of an item twice for a day": """
        SELECT count(*) FROM collection_charge a JOIN collection_charge b
            ON b.move_line_id = a.move_line_id AND b.kind = a.kind AND b.id > a.id
           AND b.date_from <= a.date_to AND a.date_from <= b.date_to
         WHERE a.kind = 'interest' AND a.state != 'reversed' AND b.state != 'reversed'""",
}


def read(env, last, violations):
    """Return what a replay left behind on its last day, as plain values."""
    env.flush_all()
    reminders = defaultdict(list)
    for row in _rows(env, REMINDERS):
        step = [str(row["date"]), row["level"], row["delay_days"], row["occurrence"]]
        reminders[row["invoice"]].append(step)
    problems = list(violations)
    for text, query in FAULTS.items():
        count = _rows(env, query, last=last)[0]["count"]
        if count:
            problems.append(f"{count} times {text}")
    return {
        "reminders": reminders,
        "levels": {row["invoice"]: row["level"] for row in _rows(env, LEVELS)},
        "interest": {
            row["invoice"]: [row["cents"], str(row["first"]), str(row["last"]), row["charges"]]
            for row in _rows(env, INTEREST)
        },
        "notices": _rows(
            env, "SELECT count(*) FROM collection_notice WHERE stage = 'issued'"
        )[0]["count"],
        "messages": _rows(
            env,
            "SELECT count(*) FROM collection_communication"
            " WHERE notice_id IS NOT NULL AND direction = 'out'",
        )[0]["count"],
        "problems": problems,
    }


def write(path, outcome):
    """Keep an outcome for the comparison."""
    with open(path, "w") as handle:
        json.dump(outcome, handle, default=str)


def load(path):
    """Read an outcome that :func:`write` kept."""
    with open(path) as handle:
        return json.load(handle)


def parse_days(pairs):
    """Return outages that came as text in the arguments of a script."""
    return [tuple(date.fromisoformat(day) for day in pair) for pair in pairs or ()]


def _rows(env, query, **parameters):
    env.cr.execute(query, parameters)
    return env.cr.dictfetchall()
