"""Days counted from a date, to where the calendar ends.

A due date in the year 9999 is a date people do type, and so is an interval of a million
days. Counted beyond the calendar's first or last day, it is that day.
"""

from datetime import date

FIRST, LAST = date.min.toordinal(), date.max.toordinal()


def plus(day, days):
    """The day so many days after ``day``; before it where ``days`` is negative."""
    return date.fromordinal(min(max(day.toordinal() + days, FIRST), LAST))


def iso(day):
    """The day as text, the year always with four digits (Odoo writes year 1 as "1"); or the
    nothing it is."""
    return day and day.isoformat()
