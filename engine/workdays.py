"""Working days of a company, as plain sets."""

from datetime import date, timedelta

# A calendar without a single working day in a year is a configuration error;
# the search for the next one must still end.
HORIZON_DAYS = 366


def is_working_day(day, weekdays, holidays=()):
    """True when ``day`` is worked.

    :param weekdays: worked weekdays, Monday is 0; empty means every day
    :param holidays: dates that are not worked
    """
    return (not weekdays or day.weekday() in weekdays) and day not in holidays


def next_working_day(day, weekdays, holidays=()):
    """``day`` itself when it is worked, else the first worked day after it.

    :return: a date; ``day`` when no day of the year that follows is worked
    """
    days_left = (date.max - day).days
    for offset in range(min(HORIZON_DAYS, days_left) + 1):
        candidate = day + timedelta(days=offset)
        if is_working_day(candidate, weekdays, holidays):
            return candidate
    return day


def previous_working_day(day, weekdays, holidays=()):
    """``day`` itself when it is worked, else the last worked day before it.

    :return: a date; ``day`` when no day of the year before is worked
    """
    days_before = (day - date.min).days
    for offset in range(min(HORIZON_DAYS, days_before) + 1):
        candidate = day - timedelta(days=offset)
        if is_working_day(candidate, weekdays, holidays):
            return candidate
    return day
