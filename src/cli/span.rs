//! Spans and moments, as people type them.

use crate::ledger::Time;

/// Parses a span of time: a number of days, hours or minutes (`7d`, `12h`, `30m`), or what jiff reads (`P7D`, `1w 2d`).
pub fn milliseconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a span of time such as 7d or 12h");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    // Days of 24 hours: a grace has no calendar.
    let total =
        span.total((jiff::Unit::Millisecond, jiff::SpanRelativeTo::days_are_24_hours())).map_err(|_| wrong())?;
    if (0.0..=1e14).contains(&total) { Ok(total as i64) } else { Err(wrong()) }
}

/// A moment: a day (`2027-03-01`, its beginning here), RFC 3339, or a span from now (`30d`).
pub fn moment(text: &str, now: Time) -> Result<Time, String> {
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Ok(Time(stamp.as_millisecond()));
    }
    if let Ok(day) = text.parse::<jiff::civil::Date>()
        && let Ok(start) = day.to_zoned(jiff::tz::TimeZone::system())
    {
        return Ok(Time(start.timestamp().as_millisecond()));
    }
    let wrong = |_| format!("`{text}` is neither a day such as 2027-03-01 nor a span of time such as 30d");
    milliseconds(text).map(|span| now.plus(span)).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_goes_forward() {
        assert_eq!(milliseconds("7d"), Ok(7 * 86_400_000));
        assert_eq!(milliseconds("12h"), Ok(12 * 3_600_000));
        assert_eq!(milliseconds("1w"), Ok(7 * 86_400_000));
        assert_eq!(milliseconds("0s"), Ok(0));
        assert!(milliseconds("-1d").is_err() && milliseconds("soon").is_err() && milliseconds("").is_err());
    }

    #[test]
    fn a_moment_is_a_day_a_stamp_or_a_span_from_now() {
        assert_eq!(moment("1970-01-02T00:00:00Z", Time(0)), Ok(Time(86_400_000)));
        assert_eq!(moment("30d", Time(5)), Ok(Time(30 * 86_400_000 + 5)));
        assert!(moment("2027-03-01", Time(0)).is_ok());
        assert!(moment("2027-02-31", Time(0)).is_err() && moment("later", Time(0)).is_err());
    }
}
