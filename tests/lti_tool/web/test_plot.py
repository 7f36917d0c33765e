"""The small plot of a badge's card: which days or weeks it has, and that what is in it can be read."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lti_tool.store.queries.course_home import AwardCounts
from lti_tool.web.plot import DAYS, HEIGHT, LEAST, WEEKS, WIDTH, plot_of

#: A Saturday.
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def counts(*awards):
    """The counts of awards, each of so many days ago, and how many."""
    return [
        AwardCounts(1, int((NOW - timedelta(days=days)).timestamp()), number, number, *[0] * 7)
        for days, number in awards
    ]


def plot(*awards, zone=UTC):
    return plot_of(counts(*awards), NOW, lambda time: time.astimezone(zone))


def test_a_young_badge_is_shown_by_days_and_the_last_is_today():
    shown = plot((0, 3), (2, 4), (2, 1), (13, 7))
    assert (shown.unit, shown.since.isoformat()) == ("day", "2026-11-08")
    assert list(shown.numbers) == [7, *[0] * 10, 5, 0, 3]


def test_an_older_one_is_shown_by_weeks_from_monday_on():
    shown = plot((0, 1), (5, 2), (6, 4), (14, 8))
    assert (shown.unit, shown.since.isoformat()) == ("week", "2026-08-31")
    # Five days before that Saturday was its Monday, and the day before belongs to the week before.
    assert list(shown.numbers) == [*[0] * 9, 8, 4, 3]


def test_a_day_is_one_of_the_readers_zone():
    """At 23:00 in London it is tomorrow in Riga."""
    late = AwardCounts(1, int(datetime(2026, 11, 20, 23, 0, tzinfo=UTC).timestamp()), 1, 1, *[0] * 7)
    for zone, place in ((UTC, -2), (ZoneInfo("Europe/Riga"), -1)):
        shown = plot_of([late], NOW, lambda time, zone=zone: time.astimezone(zone))
        assert shown.numbers[place] == 1


@pytest.mark.parametrize("awards", [(), ((0, 0),), ((WEEKS * 7, 9),), ((400, 1),)])
def test_nothing_is_drawn_where_there_is_nothing_to_be_seen(awards):
    assert plot(*awards) is None


def test_what_is_older_than_the_plot_is_left_out():
    assert list(plot((200, 50), (1, 2)).numbers) == [*[0] * 11, 2]


@pytest.mark.parametrize("number", [DAYS, WEEKS])
def test_the_bars_fit_and_the_smallest_is_seen(number):
    bars = plot((0, 900), (1 if number == DAYS else 30, 1)).bars
    assert len(bars) == number
    assert bars[0].x == 0 and bars[-1].x + bars[-1].width == pytest.approx(WIDTH, abs=0.2)
    drawn = [bar for bar in bars if bar.number]
    assert min(bar.height for bar in drawn) == LEAST and max(bar.height for bar in drawn) == HEIGHT - 2
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT - 2 for bar in bars)
    assert all(bar.height == 0 for bar in bars if not bar.number)
